package terminal

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
)

// stopOptions is what the command line of stop says.
type stopOptions struct {
	clientFlags
	all  bool
	wait bool
}

func (p *program) stopCommand() *cobra.Command {
	var o stopOptions
	cmd := &cobra.Command{
		Use:        "stop [ID | JOBID] [CLUSTER]",
		SuggestFor: []string{"cancel", "kill", "end", "quit", "delete", "scancel"},
		Short:      "Stop a kernel and release its node",
		Long: `Stop ends the kernel with this id, or your job with this number on CLUSTER (the
default cluster, if none is named). Without an id it ends the only kernel of this
computer. With --all it ends all of your Sunpyter jobs on CLUSTER. It touches no other job.`,
		Example: `  sunpyter stop                  # the only one
  sunpyter stop 4711             # job 4711 on the default cluster
  sunpyter stop --all sunbird    # all of yours on Sunbird
  sunpyter stop --wait           # and wait until the node is free`,
		Args: atMost(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if o.all && len(args) > 1 {
				return errors.New("--all takes only a cluster")
			}
			return p.withServer(o.clientFlags, func(ctx context.Context, a *asking) error {
				return a.stop(ctx, o, args)
			})
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "all of your Sunpyter jobs on the cluster")
	cmd.Flags().BoolVar(&o.wait, "wait", false, "wait until the jobs have left their nodes")
	clientFlagsOn(cmd.Flags(), &o.clientFlags)
	return cmd
}

func (a *asking) stop(ctx context.Context, o stopOptions, args []string) error {
	params, err := a.stopParams(ctx, o, args)
	if err != nil {
		return err
	}
	a.screen.wait("Waiting for Slurm to confirm…", false)
	var result protocol.KernelStopResult
	if err := a.client.call(ctx, protocol.MethodKernelStop, params, &result); err != nil {
		return err
	}
	a.screen.wait("", false)
	a.emitter.released(result.Released)
	for _, r := range result.Released {
		a.screen.line("%s", released(r, protocol.Session{}))
	}
	if len(result.Released) == 0 {
		a.screen.line("There was nothing to stop.")
	}
	if !confirmed(result.Released) {
		return exitError(exitUnconfirmed)
	}
	return nil
}

// stopParams reads what is to be stopped: digits are a job's number, anything else
// is a session's id.
func (a *asking) stopParams(ctx context.Context, o stopOptions, args []string) (protocol.KernelStopParams, error) {
	params := protocol.KernelStopParams{All: o.all, WaitUntilFree: o.wait}
	var err error
	switch {
	case o.all:
		params.Cluster, err = a.defaultCluster(ctx, first(args))
	case len(args) == 0:
		params.SessionID, err = a.only(ctx, "stop")
	case isNumber(args[0]):
		params.JobID = args[0]
		params.Cluster, err = a.defaultCluster(ctx, first(args[1:]))
	default:
		params.SessionID, params.Cluster = args[0], first(args[1:])
	}
	return params, err
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}
