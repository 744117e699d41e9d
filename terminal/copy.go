package terminal

import (
	"context"
	"fmt"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// addProjectFlags adds the flags about the copy of a folder.
func addProjectFlags(flags *pflag.FlagSet, p *protocol.ProjectCopy) {
	flags.StringVar(&p.Path, "to", "", "the `PATH` of the copy on the cluster; default: the folder's name in the working directory")
	flags.BoolVar(&p.Adopt, "adopt", false, "use a folder on the cluster that is not a copy of this one; its files are kept")
	flags.StringArrayVar(&p.Include, "include", nil, "copy this `FILE` too, though it is large or looks like a secret (may be repeated)")
}

func (p *program) pushCommand() *cobra.Command {
	params := protocol.ProjectPushParams{ProgressToken: "push"}
	wanted := &params.Project
	cmd := &cobra.Command{
		Use:        "push [DIR]",
		SuggestFor: []string{"sync", "copy", "send", "upload", "rsync", "scp"},
		Short:      "Copy a folder to a cluster, or what has changed in it",
		Long: `Push makes a copy of DIR, or of the current folder, on the cluster. In a git
repository, that is what git tracks or would track; elsewhere, all but environments
and caches. Files that look like secrets, and large ones, are left out and listed.

A file that was changed on the cluster is never overwritten or deleted: it is listed,
and you choose with --mine or --theirs. After an interruption, push again.`,
		Example: `  sunpyter push --dry-run
  sunpyter push ~/thesis --cluster alice@hawk --to '/scratch/alice/thesis'
  sunpyter push --mine notes.md       # the copy gets this computer's notes.md`,
		Args: pathArgs(1),
	}
	cmd.Flags().BoolVar(&params.DryRun, "dry-run", false, "only list what would be done")
	addProjectFlags(cmd.Flags(), wanted)
	cmd.Flags().StringArrayVar(&wanted.Mine, "mine", nil, "in a conflict, overwrite the `FILE` on the cluster (may be repeated)")
	cmd.Flags().StringArrayVar(&wanted.Theirs, "theirs", nil, "in a conflict, overwrite the `FILE` on this computer (may be repeated)")
	return p.filesCommand(cmd, &params.Cluster, func(ctx context.Context, a *oneShot, args []string) (err error) {
		if wanted.Folder, err = filepath.Abs(firstArg(args)); err != nil {
			return noCurrentFolder(err)
		}
		if wanted.Include, err = namesIn(wanted.Folder, wanted.Include); err != nil {
			return err
		}
		return a.push(ctx, params)
	})
}

// push makes the copy of a folder like the folder.
func (a *oneShot) push(ctx context.Context, params protocol.ProjectPushParams) error {
	var done protocol.ProjectPushResult
	if err := a.call(ctx, protocol.MethodProjectPush, params, &done); err != nil {
		return err
	}
	a.emitter.emit(event{Event: "pushed", Project: &done})
	if params.DryRun {
		for _, name := range done.Sent {
			a.screen.Line("  would send    %s", plain.Text(name))
		}
		for _, name := range done.Removed {
			a.screen.Line("  would delete  %s", plain.Text(name))
		}
	}
	printProject(a.screen, done, params.DryRun)
	return nil
}

// printProject prints what was copied, what was not, and why.
func printProject(s *console.Screen, done protocol.ProjectPushResult, dryRun bool) {
	verb := "Copied"
	if dryRun {
		verb = "Would copy"
	}
	text := fmt.Sprintf("%s %s (%s) to %s; %d unchanged", verb, units.Count(len(done.Sent), "file"), units.Bytes(done.SentBytes), plain.Text(done.Path), done.Unchanged)
	if n := len(done.Removed); n > 0 {
		text += fmt.Sprintf(", %d deleted", n)
	}
	s.Line("%s.", text)
	for _, left := range done.LeftOut {
		s.Line("  left out: %s (%s)", plain.Text(left.Name), leftOutText(left))
	}
	for _, name := range done.Busy {
		s.Line("  not copied: %s could not be read, or changed during the copy; push again", plain.Text(name))
	}
	for _, conflict := range done.Conflicts {
		s.Line("  kept: %s was changed on the cluster (--mine or --theirs)", plain.Text(conflict.Name))
	}
}

// leftOutText says why a file is not copied.
func leftOutText(left protocol.ProjectLeftOut) string {
	switch left.Reason {
	case protocol.ProjectReasonSecret:
		return "it may hold a secret; --include copies it"
	case protocol.ProjectReasonLarge:
		return units.Bytes(left.Bytes) + "; --include copies it"
	case protocol.ProjectReasonLink:
		return "a link to something outside the folder"
	case protocol.ProjectReasonUnreadable:
		return "it can't be read"
	}
	return "not a regular file"
}

// pullOptions are the options of the command pull.
type pullOptions struct {
	protocol.ProjectPullParams
	dryRun bool
}

func (p *program) pullCommand() *cobra.Command {
	o := pullOptions{ProjectPullParams: protocol.ProjectPullParams{ProgressToken: "pull"}}
	cmd := &cobra.Command{
		Use:        "pull [FILE…]",
		SuggestFor: []string{"get", "download", "fetch"},
		Short:      "Copy files from a cluster to this folder",
		Long: `Pull copies files or folders from the cluster to the current folder. FILE is in the
folder's copy there (see sunpyter push), or a path with / or ~ in front. Without FILE,
everything is copied that was made in the copy. Files that are here already are not
overwritten, unless you say --overwrite.`,
		Example: `  sunpyter pull --dry-run         # what is new there
  sunpyter pull                   # new files of this folder's copy
  sunpyter pull results/fig.png '~/data.csv'`,
		Args: pathArgs(math.MaxInt),
	}
	cmd.Flags().StringVar(&o.Project.Path, "from", "", "the `PATH` of this folder's copy on the cluster; default: where push put it")
	cmd.Flags().BoolVar(&o.Overwrite, "overwrite", false, "replace files that are here already")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "only list what is new")
	cmd.Flags().BoolVar(&o.Project.Adopt, "adopt", false, "use a folder on the cluster that is not a copy of this one")
	return p.filesCommand(cmd, &o.Cluster, func(ctx context.Context, a *oneShot, args []string) error { return a.pull(ctx, o, args) })
}

// pull fetches files to the current folder.
func (a *oneShot) pull(ctx context.Context, o pullOptions, names []string) error {
	var err error
	if o.Project.Folder, err = os.Getwd(); err != nil {
		return noCurrentFolder(err)
	}
	if len(names) == 0 {
		return a.pullNew(ctx, o)
	}
	for _, name := range names {
		if err := a.pullNamed(ctx, o, name); err != nil {
			return err
		}
	}
	return nil
}

// pullNamed fetches one file or folder.
func (a *oneShot) pullNamed(ctx context.Context, o pullOptions, name string) error {
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") {
		base := path.Base(path.Clean(name))
		if slices.Contains([]string{"~", "/", ".", ".."}, base) { // a folder here called ~ would be deleted by mistake with the home directory
			return rpcclient.NewFailure(fault.BadRequest, "copying "+name, "it has no name that a copy could have here", "Name files or folders that are in it.")
		}
		to := filepath.Join(o.Project.Folder, base)
		params := protocol.FileDownloadParams{Cluster: o.Cluster, Path: name, LocalPath: to, Overwrite: o.Overwrite, ProgressToken: o.ProgressToken}
		return a.fetch(ctx, o, protocol.MethodFileDownload, params, to)
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return rpcclient.NewFailure(fault.BadRequest, "copying "+name, "it is not in this folder", "Use a path that begins with / or ~.")
	}
	o.Names = []string{path.Clean(name)}
	return a.fetch(ctx, o, protocol.MethodProjectPull, o.ProjectPullParams, filepath.Join(o.Project.Folder, filepath.FromSlash(name)))
}

// pullNew fetches what was made or changed in the copy.
func (a *oneShot) pullNew(ctx context.Context, o pullOptions) error {
	var changes protocol.ProjectChangesResult
	params := protocol.ProjectChangesParams{Cluster: o.Cluster, Project: o.Project}
	if err := a.call(ctx, protocol.MethodProjectChanges, params, &changes); err != nil {
		return err
	}
	if o.dryRun {
		a.emitter.emit(event{Event: "changes", Changes: &changes})
	}
	for _, file := range changes.Files {
		kept := file.Here && !o.Overwrite
		if !kept {
			o.Names = append(o.Names, file.Name)
		}
		switch {
		case kept:
			a.screen.Line("  kept: %s is here already (--overwrite)", plain.Text(file.Name))
		case o.dryRun:
			a.screen.Line("  would copy  %s (%s, %s)", plain.Text(file.Name), units.Bytes(file.Bytes), clockText(file.ModifiedAt, time.Now()))
		}
	}
	switch {
	case o.dryRun:
		a.screen.Line("%s in %s would be copied.", units.Count(len(o.Names), "file"), plain.Text(changes.Path))
		return nil
	case len(o.Names) == 0:
		a.screen.Line("Nothing new in %s.", plain.Text(changes.Path))
		a.emitter.emit(event{Event: "pulled", Transfer: &protocol.FileTransferResult{Skipped: []protocol.FileSkipped{}}})
		return nil
	}
	return a.fetch(ctx, o, protocol.MethodProjectPull, o.ProjectPullParams, o.Project.Folder)
}

// fetch fetches files by a request.
func (a *oneShot) fetch(ctx context.Context, o pullOptions, method string, params any, to string) error {
	if o.dryRun {
		return rpcclient.NewFailure(fault.BadRequest, "listing what would be copied", "--dry-run is for all new files, not for a FILE", "Leave FILE out.")
	}
	var done protocol.FileTransferResult
	if err := a.call(ctx, method, params, &done); err != nil {
		return err
	}
	a.emitter.emit(event{Event: "pulled", Transfer: &done})
	a.screen.Line("Copied %s (%s) to %s.", units.Count(done.Files, "file"), units.Bytes(done.Bytes), to)
	for _, skipped := range done.Skipped {
		a.screen.Line("  left out: %s: %s", plain.Text(skipped.Path), skipped.Reason)
	}
	for _, name := range done.Changed {
		a.printNote("Note: " + name + " changed while it was copied: copy it again.")
	}
	return nil
}
