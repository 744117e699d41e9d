package terminal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) listCommand() *cobra.Command {
	var localOnly bool
	cmd := &cobra.Command{
		Use:        "list [CLUSTER]",
		SuggestFor: []string{"ps", "show", "status", "queue", "squeue", "jobs"},
		Short:      "List your kernels on this computer, and all of them on a cluster",
		Long: `List shows the kernels that this computer knows, then asks Slurm for all of your
Sunpyter jobs, wherever they were started: on CLUSTER, or else on each cluster where
one of this computer's kernels runs, or on the default one if there is none.`,
		Example: `  sunpyter list                # this computer's, and those on their clusters
  sunpyter list --local        # this computer's only, without connecting
  sunpyter list alice@login.example.org --json`,
		Args:              maxArgs(1),
		ValidArgsFunction: completeClusters,
	}
	cmd.Flags().BoolVar(&localOnly, "local", false, "list only kernels that this computer knows, without asking a cluster")
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) error {
		return a.list(ctx, firstArg(args), localOnly)
	})
}

func (a *oneShot) list(ctx context.Context, cluster string, localOnly bool) error {
	known, err := a.localSessions(ctx)
	if err != nil {
		return err
	}
	a.printSessions(known.Sessions)
	if localOnly {
		if len(known.Sessions) == 0 {
			a.screen.Line("No kernel is running on this computer.")
		}
		a.showEnded(known)
		return nil
	}
	clusters, err := a.clustersToList(ctx, cluster, known.Sessions)
	if err != nil {
		return err
	}
	err = a.listClusters(ctx, clusters, &known)
	a.showEnded(known)
	return err
}

// clustersToList returns named. If it is empty, it returns the clusters of this computer's kernels,
// or the default cluster if there are none.
func (a *oneShot) clustersToList(ctx context.Context, named string, known []protocol.Session) ([]string, error) {
	var clusters []string
	if named == "" {
		for _, s := range known {
			if place := placeText(s); s.Cluster != "" && !slices.Contains(clusters, place) {
				clusters = append(clusters, place)
			}
		}
	}
	if len(clusters) > 0 {
		return clusters, nil
	}
	cluster, err := a.defaultCluster(ctx, named)
	return []string{cluster}, err
}

// listClusters asks each cluster, prints what runs there and is not in known, and adds the answers to it. If one
// cannot be asked, the others are, and the first error is returned.
func (a *oneShot) listClusters(ctx context.Context, clusters []string, known *protocol.KernelListResult) (err error) {
	isKnown := func(s protocol.Session) bool {
		return slices.ContainsFunc(known.Sessions, func(k protocol.Session) bool { return sameSession(k, s) })
	}
	for _, cluster := range clusters {
		a.screen.SetStatus("Asking "+cluster+"…", false)
		var result protocol.KernelListResult
		failure := a.call(ctx, protocol.MethodKernelList, protocol.KernelListParams{Cluster: cluster}, &result)
		if failure != nil {
			if len(known.Sessions) > 0 {
				a.printNote("Couldn't ask " + cluster + " for its kernels: only those that this computer knows are listed.")
			}
			err = cmp.Or(err, failure)
			continue
		}
		more := slices.DeleteFunc(result.Sessions, isKnown)
		a.printSessions(more)
		if len(more) == 0 {
			a.screen.Line("%s on %s.", map[bool]string{true: "Nothing is running", false: "Nothing else is running"}[len(known.Sessions) == 0], cluster)
		}
		known.Sessions = append(known.Sessions, more...)
		known.Problems = append(known.Problems, result.Problems...) // quarantined records are reported by one call only
		for _, end := range result.Ended {
			if !slices.ContainsFunc(known.Ended, func(e protocol.Session) bool { return sameSession(e, end) }) {
				known.Ended = append(known.Ended, end)
			}
		}
	}
	slices.SortStableFunc(known.Ended, func(a, b protocol.Session) int { return b.EndedAt.Compare(*a.EndedAt) })
	return err
}

// showEnded prints the kernels that ended unexpectedly, and the problems.
func (a *oneShot) showEnded(result protocol.KernelListResult) {
	for _, problem := range result.Problems {
		a.printNote("Note: " + problem.Message)
	}
	if len(result.Ended) == 0 {
		return
	}
	for _, s := range result.Ended {
		a.emitter.emit(event{Event: "session", Session: &s})
	}
	a.screen.Line("Ended unexpectedly in the last 7 days:")
	for _, s := range result.Ended {
		a.screen.Line("  %s  %s on %s  %s", clockText(*s.EndedAt, time.Now()), jobText(s.JobID), dash(s.Cluster), endReason(s))
	}
}

// endReason returns how a kernel ended.
func endReason(s protocol.Session) string {
	if s.Cause == nil {
		return "ended"
	}
	return "ended: " + plain.Text(strings.TrimPrefix(cmp.Or(s.Cause.Answer, s.Cause.Message), "job "+s.JobID+" stopped: "))
}

// sameSession reports whether two entries are of one job. One that was started on another computer
// may have no session id, but it has a host and a job id.
func sameSession(a, b protocol.Session) bool {
	if a.ID != "" && b.ID != "" {
		return a.ID == b.ID
	}
	return a.JobID != "" && a.JobID == b.JobID && a.Host == b.Host
}

func (a *oneShot) printSessions(sessions []protocol.Session) {
	for _, s := range sessions {
		a.emitter.emit(event{Event: "session", Session: &s})
	}
	a.printTable(sessions)
}

// printTable prints sessions for the user.
func (a *oneShot) printTable(sessions []protocol.Session) {
	if len(sessions) == 0 {
		return
	}
	rows := [][]string{{"ID", "JOB", "STATE", "CLUSTER", "NODE", "RESOURCES", "TIME LEFT", "DIRECTORY"}}
	for _, s := range sessions {
		rows = append(rows, []string{dash(s.ID), dash(s.JobID), stateText(s), dash(s.Cluster),
			dash(s.Node), resourcesText(s), timeLeft(s, time.Now()), dash(s.WorkingDirectory)})
	}
	a.screen.Line("%s", table(rows))
}

// stateText returns a kernel's state and, if it is not this window's, where it belongs.
func stateText(s protocol.Session) string {
	switch {
	case s.Orphaned:
		return string(s.State) + ", window closed"
	case s.Remote:
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
