package terminal

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) whenCommand() *cobra.Command {
	params := protocol.ClusterEstimatesParams{ProgressToken: "when"}
	cmd := &cobra.Command{
		Use:        "when [CLUSTER | USER | USER@HOST]",
		SuggestFor: []string{"estimate", "test-only", "wait", "sinfo"},
		Short:      "Show when a kernel would start, and what would start sooner",
		Long: `When asks Slurm when a kernel would start with the options of start, and when it would
with fewer CPUs, a shorter time, in another partition or with another QOS. Nothing is
submitted. The times are Slurm's estimates (sbatch --test-only). What is small or short
often starts sooner.`,
		Example: `  sunpyter when --cpus 16 --time 8h
  sunpyter when sunbird --partition gpu --gpus 1
  sunpyter when --cpus 4 --json | jq -r .estimate.outcome`,
		Args:              maxArgs(1),
		ValidArgsFunction: completeClusters,
	}
	cmd.Flags().SortFlags = false
	addResourceFlags(cmd.Flags(), &params.Request)
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) error {
		params.Cluster = firstArg(args)
		return a.when(ctx, params)
	})
}

func (a *oneShot) when(ctx context.Context, params protocol.ClusterEstimatesParams) error {
	var result protocol.ClusterEstimatesResult
	a.screen.SetStatus("Asking…", false)
	if err := a.call(ctx, protocol.MethodClusterEstimates, params, &result); err != nil {
		return err
	}
	rows := [][]string{{"RESOURCES", "PARTITION", "QOS", "START"}}
	for _, e := range result.Estimates {
		a.emitter.emit(event{Event: "estimate", Estimate: &e})
		rows = append(rows, []string{requestText(e.Request), dash(e.Request.Partition), dash(e.Request.QOS), startText(e, time.Now())})
	}
	a.screen.Line("%s", table(rows))
	return nil
}

// startText returns when a request would start: "about 14:20 (estimate)".
func startText(e protocol.Estimate, now time.Time) string {
	switch {
	case e.Outcome == protocol.EstimateNow:
		return "now"
	case e.Outcome == protocol.EstimateLater && e.StartsAt != nil:
		return "about " + clockText(*e.StartsAt, now) + " (estimate)"
	case e.Outcome == protocol.EstimateNever:
		return "never: " + plain.Text(e.Reason)
	}
	return "not known: " + plain.Text(e.Reason)
}
