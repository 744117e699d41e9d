package terminal

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

func (p *program) whenCommand() *cobra.Command {
	var flags rpcclient.Options
	var request protocol.KernelRequest
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
		RunE: func(_ *cobra.Command, args []string) error {
			return p.withServer(flags, func(ctx context.Context, a *oneShot) error {
				return a.when(ctx, firstArg(args), request)
			})
		},
	}
	cmd.Flags().SortFlags = false
	addResourceFlags(cmd.Flags(), &request)
	addClientFlags(cmd.Flags(), &flags)
	return cmd
}

func (a *oneShot) when(ctx context.Context, cluster string, request protocol.KernelRequest) error {
	var result protocol.ClusterEstimatesResult
	params := protocol.ClusterEstimatesParams{Cluster: cluster, Request: request, ProgressToken: "when"}
	a.screen.SetStatus("Asking…", false)
	if err := a.client.Call(ctx, protocol.MethodClusterEstimates, params, &result); err != nil {
		return err
	}
	a.screen.SetStatus("", false)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "RESOURCES\tPARTITION\tQOS\tSTART")
	for _, e := range result.Estimates {
		a.emitter.emit(event{Event: "estimate", Estimate: &e})
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", requestText(e.Request), dash(e.Request.Partition), dash(e.Request.QOS), startText(e, time.Now()))
	}
	_ = w.Flush()
	a.screen.Line("%s", strings.TrimRight(b.String(), "\n"))
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
