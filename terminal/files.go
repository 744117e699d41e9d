package terminal

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// fileFlags are the flags of the commands for files.
type fileFlags struct {
	rpcclient.Options
	cluster string
	remote  string // the copy's path on the cluster
	dryRun  bool
}

func addFileFlags(cmd *cobra.Command, f *fileFlags) {
	cmd.Flags().StringVar(&f.cluster, "cluster", "", "the `CLUSTER`, as for sunpyter start; default: where your kernel runs")
	_ = cmd.RegisterFlagCompletionFunc("cluster", completeClusters)
	addClientFlags(cmd.Flags(), &f.Options)
}

// withFiles is withServer for a command on files; it finds out on which cluster they are.
func (p *program) withFiles(flags *fileFlags, do func(ctx context.Context, a *oneShot) error) error {
	return p.withServer(flags.Options, func(ctx context.Context, a *oneShot) (err error) {
		if flags.cluster, err = a.clusterInUse(ctx, flags.cluster); err != nil {
			return err
		}
		return do(ctx, a)
	})
}

func (p *program) lsCommand() *cobra.Command {
	var flags fileFlags
	cmd := &cobra.Command{
		Use:        "ls [PATH]",
		SuggestFor: []string{"dir", "files"},
		Short:      "List files on a cluster",
		Long: `Ls lists a folder on a cluster: your home directory, or PATH. No job is needed.
Names that cannot be shown are written with %XX, and can be used like that.`,
		Example: `  sunpyter ls
  sunpyter ls '~/project' --cluster alice@hawk`,
		Args: maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.withFiles(&flags, func(ctx context.Context, a *oneShot) error { return a.ls(ctx, flags.cluster, firstArg(args)) })
		},
	}
	addFileFlags(cmd, &flags)
	return cmd
}

// ls prints a folder's listing, page by page.
func (a *oneShot) ls(ctx context.Context, cluster, folder string) error {
	params := protocol.FileListParams{Cluster: cluster, Path: folder}
	for {
		var page protocol.FileListResult
		if err := a.client.Call(ctx, protocol.MethodFileList, params, &page); err != nil {
			return err
		}
		a.screen.SetStatus("", false)
		var b strings.Builder
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, e := range page.Entries {
			a.emitter.emit(event{Event: "file", File: &e})
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", e.Mode, sizeText(e), clockText(e.ModifiedAt, time.Now()), plain.Text(e.Name)+markOf(e))
		}
		_ = w.Flush()
		if b.Len() > 0 {
			a.screen.Line("%s", strings.TrimRight(b.String(), "\n"))
		}
		if !page.More || len(page.Entries) == 0 {
			return nil
		}
		params.After = page.Entries[len(page.Entries)-1].Name
	}
}

func sizeText(e protocol.FileEntry) string {
	if e.Type != protocol.FileTypeFile {
		return "-"
	}
	return bytesText(e.Size)
}

// bytesText returns a number of bytes as people read it.
func bytesText(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// markOf returns what follows a name in a listing: / for folders, @ for links.
func markOf(e protocol.FileEntry) string {
	switch {
	case e.Link:
		return "@"
	case e.Type == protocol.FileTypeDirectory:
		return "/"
	}
	return ""
}

func (p *program) pullCommand() *cobra.Command {
	var flags fileFlags
	var overwrite bool
	cmd := &cobra.Command{
		Use:        "pull [FILE…]",
		SuggestFor: []string{"get", "download", "fetch"},
		Short:      "Copy files from a cluster to this folder",
		Long: `Pull copies files or folders from the cluster to the current folder. FILE is in the
folder's copy there (see sunpyter push), or a path with / or ~ in front. Without FILE,
everything is copied that is in the copy and not here. Files that are here already
are not overwritten, unless you say --overwrite.`,
		Example: `  sunpyter pull                   # new files of this folder's copy
  sunpyter pull results/fig.png '~/data.csv'`,
		RunE: func(_ *cobra.Command, args []string) error {
			return p.withFiles(&flags, func(ctx context.Context, a *oneShot) error { return a.pull(ctx, flags, args, overwrite) })
		},
	}
	cmd.Flags().StringVar(&flags.remote, "from", "", "the `PATH` of this folder's copy on the cluster")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace files that are here already")
	addFileFlags(cmd, &flags)
	return cmd
}

// pull fetches files to the current folder.
func (a *oneShot) pull(ctx context.Context, flags fileFlags, names []string, overwrite bool) error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	folder, err := a.copyOf(ctx, flags, here)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return a.download(ctx, flags.cluster, folder, here, overwrite)
	}
	for _, name := range names {
		from, to := path.Join(folder, name), filepath.Join(here, filepath.FromSlash(name))
		switch {
		case strings.HasPrefix(name, "/"), strings.HasPrefix(name, "~"):
			from, to = name, filepath.Join(here, path.Base(name))
		case !filepath.IsLocal(filepath.FromSlash(name)):
			return rpcclient.NewFailure(fault.BadRequest, "copying "+name, "it is not in this folder", "Use a path that begins with / or ~.")
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if err := a.download(ctx, flags.cluster, from, to, overwrite); err != nil {
			return err
		}
	}
	return nil
}

// copyOf returns the path of a folder's copy on the cluster.
func (a *oneShot) copyOf(ctx context.Context, flags fileFlags, folder string) (string, error) {
	if flags.remote != "" {
		return flags.remote, nil
	}
	var places protocol.FilePlacesResult
	if err := a.client.Call(ctx, protocol.MethodFilePlaces, protocol.FilePlacesParams{Cluster: flags.cluster}, &places); err != nil {
		return "", err
	}
	workdir := places.WorkingDirectory
	if workdir == "" {
		workdir = places.Home
	}
	return path.Join(workdir, filepath.Base(folder)), nil
}

// download fetches one file or folder.
func (a *oneShot) download(ctx context.Context, cluster, from, to string, overwrite bool) error {
	var done protocol.FileTransferResult
	params := protocol.FileDownloadParams{Cluster: cluster, Path: from, LocalPath: to, Overwrite: overwrite, ProgressToken: "pull"}
	if err := a.client.Call(ctx, protocol.MethodFileDownload, params, &done); err != nil {
		return err
	}
	a.screen.SetStatus("", false)
	a.emitter.emit(event{Event: "pulled", Transfer: &done})
	a.screen.Line("Copied %s (%s) to %s.", count(done.Files, "file"), bytesText(done.Bytes), to)
	for _, skipped := range done.Skipped {
		a.screen.Line("  left out: %s: %s", plain.Text(skipped.Path), skipped.Reason)
	}
	for _, name := range done.Changed {
		a.printNote("Note: " + name + " changed while it was copied: copy it again.")
	}
	return nil
}
