package terminal

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) takeCommand() *cobra.Command {
	var o startOptions
	cmd := &cobra.Command{
		Use:        "take [ID | JOBID] [CLUSTER]",
		SuggestFor: []string{"adopt", "attach", "reconnect", "resume", "connect"},
		Short:      "Take over a kernel from another window or computer",
		Long: `Take makes a kernel that runs already yours: one that another window or terminal
holds, that another computer started, or that was left when something crashed.
Its variables stay. Who had it before is told, and it does not end there.

` + "`sunpyter list`" + ` shows the ids and the jobs' numbers. A kernel that this computer does
not know is looked for on CLUSTER, or on the default cluster. Without an id
the only kernel of this computer is meant. As after start, Ctrl+C ends it.`,
		Example: `  sunpyter take                      # the only one that this computer knows
  sunpyter take 4711 sunbird         # job 4711, wherever it was started
  sunpyter take k3f00c0ffee1 --no-browser`,
		Args: atMost(2),
		RunE: func(_ *cobra.Command, args []string) error {
			params, err := p.takeParams(o.clientFlags, args)
			if err != nil {
				return err
			}
			o.take = &params
			return p.start(o)
		},
	}
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "only print the link")
	clientFlagsOn(cmd.Flags(), &o.clientFlags)
	return cmd
}

// takeParams reads what is to be taken over: digits are a job's number, anything
// else is an id. A server of its own finds out what is not said.
func (p *program) takeParams(flags clientFlags, args []string) (protocol.KernelAdoptParams, error) {
	params := protocol.KernelAdoptParams{Cluster: first(args[min(1, len(args)):]), ProgressToken: "take"}
	err := p.withServer(flags, func(ctx context.Context, a *asking) (err error) {
		if len(args) == 0 {
			params.SessionID, err = a.only(ctx, "take")
			return err
		}
		if isNumber(args[0]) {
			params.JobID = args[0]
		} else {
			params.SessionID = args[0]
		}
		params.Cluster, err = a.defaultCluster(ctx, params.Cluster)
		return err
	})
	return params, err
}
