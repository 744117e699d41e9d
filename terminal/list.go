package terminal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) listCommand() *cobra.Command {
	var flags clientFlags
	var localOnly bool
	cmd := &cobra.Command{
		Use:        "list [CLUSTER]",
		SuggestFor: []string{"ls", "ps", "show", "status", "queue", "squeue", "jobs"},
		Short:      "List your kernels on this computer, and all of them on a cluster",
		Long: `List shows the kernels that this computer holds or has left, then asks the
cluster's Slurm for all jobs of Sunpyter's that are yours, wherever they were started.`,
		Example: `  sunpyter list                # this computer's, and those on the default cluster
  sunpyter list --local        # this computer's alone: no connection is made
  sunpyter list alice@login.example.org --json`,
		Args:              atMost(1),
		ValidArgsFunction: completeClusters,
		RunE: func(_ *cobra.Command, args []string) error {
			return p.withServer(flags, func(ctx context.Context, a *asking) error {
				return a.list(ctx, first(args), localOnly)
			})
		},
	}
	cmd.Flags().BoolVar(&localOnly, "local", false, "list only kernels that this computer knows, without asking a cluster")
	clientFlagsOn(cmd.Flags(), &flags)
	return cmd
}

func (a *asking) list(ctx context.Context, cluster string, localOnly bool) error {
	known, err := a.local(ctx)
	if err != nil {
		return err
	}
	a.show(known.Sessions)
	if localOnly {
		if len(known.Sessions) == 0 {
			a.screen.line("No kernel is running on this computer.")
		}
		a.showPast(known)
		return nil
	}
	if cluster, err = a.defaultCluster(ctx, cluster); err != nil {
		return err
	}
	a.screen.wait("Asking "+cluster+"…", false)
	var result protocol.KernelListResult
	if err := a.client.call(ctx, protocol.MethodKernelList, protocol.KernelListParams{Cluster: cluster}, &result); err != nil {
		return err
	}
	a.screen.wait("", false)
	more := slices.DeleteFunc(result.Sessions, func(s protocol.Session) bool {
		return slices.ContainsFunc(known.Sessions, func(k protocol.Session) bool { return sameSession(k, s) })
	})
	a.show(more)
	if len(more) == 0 {
		a.screen.line("%s on %s.", map[bool]string{true: "Nothing is running", false: "Nothing else is running"}[len(known.Sessions) == 0], cluster)
	}
	result.Problems = append(known.Problems, result.Problems...) // what was put aside is told once
	a.showPast(result)
	return nil
}

// showPast tells of kernels that ended by themselves, and of what cannot be read.
func (a *asking) showPast(result protocol.KernelListResult) {
	for _, problem := range result.Problems {
		a.note("Note: " + problem.Message)
	}
	if len(result.Ended) == 0 {
		return
	}
	for _, s := range result.Ended {
		a.emitter.emit(event{Event: "session", Session: &s})
	}
	a.screen.line("Ended unexpectedly in the last 7 days:")
	for _, s := range result.Ended {
		a.screen.line("  %s  %s on %s  %s", clock(*s.EndedAt, time.Now()), job(s.JobID), dash(s.Cluster), why(s))
	}
}

// why says how a kernel ended.
func why(s protocol.Session) string {
	if s.Cause == nil {
		return "ended"
	}
	return "ended: " + plain.Text(strings.TrimPrefix(cmp.Or(s.Cause.Answer, s.Cause.Message), "the job ended itself: "))
}

// sameSession reports whether two entries are of one job; one that was started elsewhere may
// have no id of a session, but its host and number.
func sameSession(a, b protocol.Session) bool {
	if a.ID != "" && b.ID != "" {
		return a.ID == b.ID
	}
	return a.JobID != "" && a.JobID == b.JobID && a.Host == b.Host
}

func (a *asking) show(sessions []protocol.Session) {
	for _, s := range sessions {
		a.emitter.emit(event{Event: "session", Session: &s})
	}
	a.table(sessions)
}

// table writes sessions for people.
func (a *asking) table(sessions []protocol.Session) {
	if len(sessions) == 0 {
		return
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tJOB\tSTATE\tCLUSTER\tNODE\tHAS\tTIME LEFT\tDIRECTORY")
	for _, s := range sessions {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", dash(s.ID), dash(s.JobID), state(s), dash(s.Cluster),
			dash(s.Node), power(s), timeLeft(s, time.Now()), dash(s.WorkingDirectory))
	}
	_ = w.Flush()
	a.screen.line("%s", strings.TrimRight(b.String(), "\n"))
}

// state is a kernel's state, and whose it is where that is not this computer.
func state(s protocol.Session) string {
	switch {
	case s.Left:
		return string(s.State) + ", window closed"
	case s.Elsewhere:
		return string(s.State) + ", another computer"
	}
	return string(s.State)
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return plain.Text(text)
}

func timeLeft(s protocol.Session, now time.Time) string {
	if s.EndsAt == nil {
		return "-"
	}
	return units.Duration(s.EndsAt.Sub(now))
}
