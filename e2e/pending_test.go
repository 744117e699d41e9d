//go:build unix

package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestPendingThenRunning: the reason for a pending job and its estimated start are reported, and
// it works once it has its node; Slurm is called rarely.
func TestPendingThenRunning(t *testing.T) {
	t.Parallel()
	pendingFor(t, 0, 4) // three as with a free node, and one for the reason
}

// TestPendingForMinutes is the same for long enough to count.
func TestPendingForMinutes(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a job waits for 150 s")
	pendingFor(t, 150*time.Second, 4+2)
}

// pendingFor makes a job wait for at least d with both nodes full, and then run.
func pendingFor(t *testing.T, d time.Duration, mostCalls int) {
	t.Helper()
	site := testcluster.Start(t, testcluster.Options{CountCalls: true, ExtraConf: "SchedulerParameters=bf_interval=1\n"})
	fillNodes(t, site)
	writeStartupFile(t, site, ".bash_profile", "echo $HOSTNAME >>~/shells\n")
	must(t, site.ResetCalls())
	w := openWindow(t, site)
	_, answer := w.begin(protocol.KernelRequest{CPUs: 40})
	s := w.await("pending with an estimate", func(s protocol.Session) bool { return s.Pending != nil && s.Pending.EstimatedStart != nil })
	t.Logf("%s: %s (%s), estimated start %v", s.Pending.Reason, s.Pending.Message, s.Pending.Advice, s.Pending.EstimatedStart)
	if s.State != protocol.StatePending || s.Pending.Reason == "" || s.Pending.Message == "" || time.Until(*s.Pending.EstimatedStart) < time.Minute {
		t.Errorf("%s, %+v", s.State, s.Pending)
	}
	time.Sleep(d) // the wait is what is counted
	site.MustExec(t, "ctl", "root", "scancel", "-u", "bob")
	select {
	case s := <-answer:
		must(t, s.err)
		if s.Session.Pending != nil {
			t.Errorf("ready, and pending still: %+v", s.Session.Pending)
		}
		if status, _ := probeURL(t, s.KernelStartResult); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
	case <-time.After(waitLimit):
		t.Fatal("the job does not start")
	}
	if got := slurmCalls(t, site); len(got) > mostCalls {
		t.Errorf("%d scheduler calls: %v", len(got), got)
	} else {
		t.Logf("%d scheduler calls: %v", len(got), got)
	}
	w.stopAll()
	nothingLeft(t, site)
	loginShells(t, site)
}

// loginShells counts the login shells of a kernel, which take seconds on some sites: two
// side by side for the start, the job's own, and one for each look at the queue; the last is the release's.
func loginShells(t *testing.T, site *testcluster.Site) {
	t.Helper()
	looks := 0
	for _, call := range slurmCalls(t, site) {
		if strings.HasPrefix(call, "squeue ") || strings.HasPrefix(call, "sinfo ") {
			looks++
		}
	}
	shells := strings.Fields(site.MustExec(t, "login", "alice", "sh", "-c", "cat ~/shells"))
	onLogin := len(slices.DeleteFunc(slices.Clone(shells), func(host string) bool { return host != "login" }))
	if onLogin != 2+looks || len(shells)-onLogin != 1 {
		t.Errorf("%d looks at the queue, and login shells on %v", looks, shells)
	}
}
