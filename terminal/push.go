package terminal

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
)

// addProjectFlags adds the flags about the copy of a folder.
func addProjectFlags(flags *pflag.FlagSet, p *protocol.ProjectCopy) {
	flags.StringVar(&p.Path, "to", "", "the `PATH` of the copy on the cluster; default: the folder's name in the working directory")
	flags.BoolVar(&p.Adopt, "adopt", false, "use a folder on the cluster that is not a copy of this one; its files are kept")
	flags.StringArrayVar(&p.Include, "include", nil, "copy this `FILE` too, though it is large or looks like a secret (may be repeated)")
}

func (p *program) pushCommand() *cobra.Command {
	var flags fileFlags
	var wanted protocol.ProjectCopy
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
		Args: maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var err error
			if wanted.Folder, err = filepath.Abs(firstArg(args)); err != nil {
				return err
			}
			return p.withFiles(&flags, func(ctx context.Context, a *oneShot) error { return a.push(ctx, flags, wanted) })
		},
	}
	cmd.Flags().BoolVar(&flags.dryRun, "dry-run", false, "only list what would be done")
	addProjectFlags(cmd.Flags(), &wanted)
	cmd.Flags().StringArrayVar(&wanted.Mine, "mine", nil, "in a conflict, overwrite the `FILE` on the cluster (may be repeated)")
	cmd.Flags().StringArrayVar(&wanted.Theirs, "theirs", nil, "in a conflict, overwrite the `FILE` on this computer (may be repeated)")
	addFileFlags(cmd, &flags)
	return cmd
}

// push makes the copy of a folder like the folder.
func (a *oneShot) push(ctx context.Context, flags fileFlags, wanted protocol.ProjectCopy) error {
	var done protocol.ProjectPushResult
	params := protocol.ProjectPushParams{Cluster: flags.cluster, Project: wanted, DryRun: flags.dryRun, ProgressToken: "push"}
	if err := a.client.Call(ctx, protocol.MethodProjectPush, params, &done); err != nil {
		return err
	}
	a.screen.SetStatus("", false)
	a.emitter.emit(event{Event: "pushed", Project: &done})
	if flags.dryRun {
		for _, name := range done.Sent {
			a.screen.Line("  would send    %s", plain.Text(name))
		}
		for _, name := range done.Removed {
			a.screen.Line("  would delete  %s", plain.Text(name))
		}
	}
	printProject(a.screen, done, flags.dryRun)
	return nil
}

// printProject prints what was copied, what was not, and why.
func printProject(s *console.Screen, done protocol.ProjectPushResult, dryRun bool) {
	verb := "Copied"
	if dryRun {
		verb = "Would copy"
	}
	text := fmt.Sprintf("%s %s (%s) to %s; %d unchanged", verb, count(len(done.Sent), "file"), bytesText(done.SentBytes), plain.Text(done.Path), done.Unchanged)
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
		return "it may hold a secret"
	case protocol.ProjectReasonLarge:
		return bytesText(left.Bytes)
	case protocol.ProjectReasonLink:
		return "a link to something outside the folder"
	case protocol.ProjectReasonUnreadable:
		return "it can't be read"
	}
	return "not a regular file"
}
