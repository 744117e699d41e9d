package terminal

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) stopCommand() *cobra.Command {
	var params protocol.KernelStopParams
	cmd := &cobra.Command{
		Use:        "stop [ID | JOBID] [CLUSTER]",
		SuggestFor: []string{"cancel", "kill", "end", "quit", "delete", "scancel"},
		Short:      "Stop a kernel and release its node",
		Long: `Stop ends the kernel with this id, or with this job number: one of this computer's
kernels, or else your job on CLUSTER or the default cluster. Without an id it stops
the only kernel on this computer; with --all, all of your Sunpyter jobs on CLUSTER or
the default cluster. It never touches other jobs.`,
		Example: `  sunpyter stop                  # the only kernel
  sunpyter stop 4711             # job 4711
  sunpyter stop --all sunbird    # all of yours on Sunbird
  sunpyter stop --wait           # also wait until the node is free`,
		Args: maxArgs(2),
		PreRunE: func(_ *cobra.Command, args []string) error {
			if params.All && len(args) > 1 {
				return errors.New("--all takes only a cluster")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&params.All, "all", false, "all of your Sunpyter jobs on the cluster")
	cmd.Flags().BoolVar(&params.WaitUntilFree, "wait", false, "wait until the jobs have left their nodes")
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) error { return a.stop(ctx, params, args) })
}

func (a *oneShot) stop(ctx context.Context, params protocol.KernelStopParams, args []string) error {
	if err := a.addStopArgs(ctx, &params, args); err != nil {
		return err
	}
	a.screen.SetStatus("Waiting for Slurm to confirm…", false)
	defer context.AfterFunc(ctx, func() { // a stop that has begun goes on
		a.screen.SetStatus("Waiting for Slurm to confirm; press Ctrl+C again to quit…", true)
	})()
	var result protocol.KernelStopResult
	if err := a.call(ctx, protocol.MethodKernelStop, params, &result); err != nil {
		return err
	}
	a.emitter.released(result.Released)
	for _, r := range result.Released {
		a.screen.Line("%s", releaseText(r, protocol.Session{}))
	}
	if len(result.Released) == 0 {
		a.screen.Line("Nothing to stop on %s.", params.Cluster)
	}
	if !allConfirmed(result.Released) {
		return exitError(exitUnconfirmed)
	}
	return nil
}

// addStopArgs parses the arguments: a job id begins with a digit, anything else is a session id.
func (a *oneShot) addStopArgs(ctx context.Context, params *protocol.KernelStopParams, args []string) (err error) {
	switch {
	case params.All:
		params.Cluster, err = a.defaultCluster(ctx, firstArg(args))
	case len(args) == 0:
		params.SessionID, err = a.oneSession(ctx, "", "stop")
	case isJobID(args[0]):
		if len(args) == 1 {
			if params.SessionID, err = a.knownJob(ctx, args[0]); params.SessionID != "" || err != nil {
				return err
			}
		}
		params.JobID = args[0]
		params.Cluster, err = a.defaultCluster(ctx, firstArg(args[1:]))
	default:
		params.SessionID, params.Cluster = args[0], firstArg(args[1:])
	}
	return err
}

// isJobID reports whether text is a job's number, or NUMBER@CLUSTER.
func isJobID(text string) bool {
	number, _, _ := strings.Cut(text, "@")
	_, err := strconv.ParseUint(number, 10, 64)
	return err == nil
}
