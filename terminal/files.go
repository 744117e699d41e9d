package terminal

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

// filesCommand completes a command on files; it finds out on which cluster they are.
func (p *program) filesCommand(cmd *cobra.Command, cluster *string, do func(ctx context.Context, a *oneShot, args []string) error) *cobra.Command {
	cmd.Flags().StringVar(cluster, "cluster", "", "the `CLUSTER`, as for sunpyter start; default: where your kernel runs")
	_ = cmd.RegisterFlagCompletionFunc("cluster", completeClusters)
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) (err error) {
		if *cluster, err = a.clusterInUse(ctx, *cluster); err != nil {
			return err
		}
		a.screen.SetStatus("Asking "+cmp.Or(*cluster, "the cluster")+"…", false) // until the first answer, or progress
		return do(ctx, a, args)
	})
}

func (p *program) lsCommand() *cobra.Command {
	var params protocol.FileListParams
	return p.filesCommand(&cobra.Command{
		Use:        "ls [PATH]",
		SuggestFor: []string{"dir", "files"},
		Short:      "List files on a cluster",
		Long: `Ls lists a folder on a cluster: your home directory, or PATH. No job is needed.
Names that cannot be shown are written with %XX, and can be used like that.`,
		Example: `  sunpyter ls
  sunpyter ls '~/project' --cluster alice@hawk`,
		Args: pathArgs(1),
	}, &params.Cluster, func(ctx context.Context, a *oneShot, args []string) error {
		params.Path = firstArg(args)
		return a.ls(ctx, params)
	})
}

// ls prints a folder's listing, page by page.
func (a *oneShot) ls(ctx context.Context, params protocol.FileListParams) error {
	for {
		var page protocol.FileListResult
		if err := a.call(ctx, protocol.MethodFileList, params, &page); err != nil {
			return err
		}
		var rows [][]string
		for _, e := range page.Entries {
			a.emitter.emit(event{Event: "file", File: &e})
			rows = append(rows, []string{e.Mode, sizeText(e), clockText(e.ModifiedAt, time.Now()), plain.Text(e.Name) + markOf(e)})
		}
		if len(rows) > 0 {
			a.screen.Line("%s", table(rows))
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
