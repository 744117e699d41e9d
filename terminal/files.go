package terminal

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// fileFlags are the flags of the commands for files.
type fileFlags struct {
	rpcclient.Options
	cluster string
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
	return units.Bytes(e.Size)
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
