//go:build unix

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// cancelled is the problem of a job that someone else cancelled.
var cancelled = wantProblem{fault.JobCancelled, "was cancelled", "Start a new kernel"}

// sleepingSetup returns a request whose job stays in state starting for some time.
func sleepingSetup(seconds string) protocol.KernelRequest {
	return protocol.KernelRequest{Environment: &protocol.Environment{Setup: []string{"sleep " + seconds}}}
}

// TestCancelledByAnAdmin: in each state the cause is reported, and the server continues.
func TestCancelledByAnAdmin(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	cancel := func(t *testing.T, s protocol.Session) {
		t.Helper()
		site.MustExec(t, "ctl", "root", "scancel", s.JobID)
	}
	t.Run("pending", func(t *testing.T) {
		_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
		cancel(t, w.awaitSubmitted())
		cancelled.check(t, failedStart(t, answer))
		nothingLeft(t, site)
	})
	t.Run("starting", func(t *testing.T) {
		_, answer := w.begin(sleepingSetup("300"))
		cancel(t, w.await("starting", inState(protocol.StateStarting)))
		cancelled.check(t, failedStart(t, answer))
		nothingLeft(t, site)
	})
	t.Run("running", func(t *testing.T) {
		ready := w.start(protocol.KernelRequest{}).Session
		cancel(t, ready)
		cancelled.check(t, w.awaitEnd(ready.ID))
		nothingLeft(t, site)
	})
	w.checkStartsAgain()
}

// TestNodeCrash: the node loses power without warning.
func TestNodeCrash(t *testing.T) {
	t.Parallel()
	failed := wantProblem{fault.JobNodeFailed, "the compute node failed", "Start a new kernel"}
	rows := []struct {
		name    string
		closed  bool // the node's sshd does not run: the crash is before the route into the job
		state   protocol.SessionState
		request protocol.KernelRequest
		want    []wantProblem // one of them
	}{
		{"before the node connection", true, protocol.StateStarting, sleepingSetup("300"),
			// Whichever is first: Slurm notices, or the time for entering the job has ended.
			[]wantProblem{failed, {fault.NoRoute, "the node does not respond", "start a new kernel"}}},
		{"starting", false, protocol.StateStarting, sleepingSetup("300"), []wantProblem{failed}},
		{"running", false, protocol.StateReady, protocol.KernelRequest{}, []wantProblem{failed}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			requireFaults(t, "Slurm and ssh take a minute to give the node up")
			t.Parallel()
			site := testcluster.Start(t, testcluster.Options{})
			if row.closed {
				onEachNode(t, site, func(node string) error { return site.StopService(node, "sshd") })
			}
			w := openWindow(t, site)
			w.begin(row.request)
			s := w.awaitState(row.state)
			if !row.closed {
				awaitAgent(t, site, s.Node)
			}
			must(t, site.Crash(s.Node))
			cause := w.awaitEnd(s.ID)
			want := row.want[0]
			for _, other := range row.want {
				if string(other.code) == cause.Code {
					want = other
				}
			}
			want.check(t, cause)
			for _, node := range site.Nodes() {
				if row.closed && node != s.Node {
					must(t, site.StartService(node, "sshd"))
				}
			}
			checkAnswers(t, w.start(protocol.KernelRequest{SbatchOptions: []string{"--exclude=" + s.Node}}))
			w.stopAll()
			must(t, site.Boot(s.Node))
			nothingLeft(t, site)
		})
	}
}

// awaitAgent waits until the session's agent runs in the job.
func awaitAgent(t *testing.T, site *testcluster.Site, node string) {
	t.Helper()
	eventually(t, waitLimit, func() bool {
		processes, err := site.Processes(node, "alice")
		must(t, err)
		for _, p := range processes {
			if strings.Contains(p.Command(), "gzip -dc") { // as our commands begin
				return true
			}
		}
		return false
	}, func() string { return "no connection into the job on " + node })
}

// TestTimeLimitReached: Slurm ends the job, and the session reports it.
func TestTimeLimitReached(t *testing.T) {
	requireFaults(t, "the shortest limit is a minute")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	ready := w.start(protocol.KernelRequest{TimeLimitSeconds: 60}).Session
	if ready.EndsAt == nil || time.Until(*ready.EndsAt) > time.Minute {
		t.Errorf("it ends at %v", ready.EndsAt)
	}
	wantProblem{fault.JobTimeLimit, "reached its time limit (1 min)", "with a longer time limit"}.check(t, w.awaitEnd(ready.ID))
	nothingLeft(t, site)
	w.checkStillWorks()
}
