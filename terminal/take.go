package terminal

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

func (p *program) takeCommand() *cobra.Command {
	var o startOptions
	cmd := &cobra.Command{
		Use:        "take [ID | JOBID] [CLUSTER]",
		SuggestFor: []string{"adopt", "attach", "reconnect", "resume", "connect"},
		Short:      "Take over a kernel from another window or computer",
		Long: `Take moves a running kernel to this terminal: from another window or terminal, from
another computer, or after a crash. Its variables are kept, and its previous window
is notified.

` + "`sunpyter list`" + ` shows the ids and the job numbers. A kernel that this computer does
not know is looked up on CLUSTER, or on the default cluster. Without an id, the only
kernel on this computer is taken over. As after start, Ctrl+C stops it.`,
		Example: `  sunpyter take                      # the only one that this computer knows
  sunpyter take 4711 sunbird         # job 4711, wherever it was started
  sunpyter take k3f00c0ffee1 --no-browser`,
		Args: maxArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			params, err := p.takeParams(o.Options, args)
			if err != nil {
				return err
			}
			o.adopt = &params
			return p.start(o)
		},
	}
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "only print the link")
	addClientFlags(cmd.Flags(), &o.Options)
	return cmd
}

// takeParams parses the arguments: digits are a job id, anything else is a session id. A server of
// its own fills in what is missing.
func (p *program) takeParams(flags rpcclient.Options, args []string) (protocol.KernelTakeOverParams, error) {
	params := protocol.KernelTakeOverParams{Cluster: firstArg(args[min(1, len(args)):]), ProgressToken: "take"}
	err := p.withServer(flags, func(ctx context.Context, a *oneShot) (err error) {
		if len(args) == 0 {
			params.SessionID, err = a.onlySession(ctx, "take")
			return err
		}
		if isJobID(args[0]) {
			params.JobID = args[0]
		} else {
			params.SessionID = args[0]
		}
		params.Cluster, err = a.defaultCluster(ctx, params.Cluster)
		return err
	})
	return params, err
}
