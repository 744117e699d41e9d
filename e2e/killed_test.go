//go:build unix

package e2e

import (
	"fmt"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// shortGrace is the shortest grace in tests; for users it
// is a minute.
const shortGrace = 10 * time.Second

// TestPendingJobWithoutOwnerEndsAsItStarts: the laptop has been gone for long when the job
// starts.
func TestPendingJobWithoutOwnerEndsAsItStarts(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	fillNodes(t, site)
	p := run(t, site, "--grace", shortGrace.String())
	// Before that the submission is not over, and cancels the job by itself when the laptop goes.
	e, _ := p.await(func(e event) bool { return e.Event == "session" && e.Session.State == protocol.StatePending })
	died := time.Now()
	p.killAll()
	time.Sleep(time.Until(died.Add(shortGrace + 2*time.Second))) // the grace has ended: that is the condition, not a guess
	site.MustExec(t, "ctl", "root", "scancel", "-u", "bob")
	freed := time.Now()
	eventually(t, waitLimit, func() bool { return len(activeJobs(t, site)) == 0 }, func() string { return "job " + e.Session.JobID + " is still there" })
	measure(t, "gone after its node was free", "%s", seconds(time.Since(freed)))
	nothingLeftExcept(t, site, "/home/alice/.sunpyter/ended")
}

// TestSignalsRelease: Ctrl+C, a closed terminal and SIGTERM release the node.
func TestSignalsRelease(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	for _, sent := range usual(t, 2, []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT}) { // interrupt sends the last in many tests
		t.Run(sent.String(), func(t *testing.T) {
			if signal.Ignored(sent) && sent == syscall.SIGHUP {
				t.Skip("the tests were started by nohup, which sunpyter inherits")
			}
			p := run(t, site)
			ready := p.ready()
			signalled := time.Now()
			if err := p.cmd.Process.Signal(sent); err != nil {
				t.Fatal(err)
			}
			released, ok := p.await(func(e event) bool { return e.Event == "released" })
			if !ok || len(released.Released) != 1 || released.Released[0].JobID != ready.Session.JobID {
				t.Errorf("released: %+v", released)
			}
			measure(t, "released after", "%s", seconds(time.Since(signalled)))
			p.wait(waitLimit)
			nothingLeft(t, site)
		})
	}
}

// TestClientDies: its server sees the end of stdin and cancels at once.
func TestClientDies(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	p.ready()
	server := p.server()
	if err := p.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, waitLimit, func() bool { return syscall.Kill(server, 0) != nil }, func() string { return "the server still runs" })
	nothingLeft(t, site)
}

// TestServerDies: the client reports it and the job ends within its grace.
func TestServerDies(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t, "--grace", shortGrace.String())
	p.ready()
	if err := p.signalServer(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if e, ok := p.await(func(e event) bool { return e.Event == "error" }); !ok || e.Error.Advice == "" {
		t.Errorf("the client did not say that its server died: %+v", e.Error)
	}
	if code := p.wait(waitLimit); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	eventually(t, shortGrace+waitLimit, func() bool { return len(activeJobs(t, site)) == 0 }, func() string { return fmt.Sprintf("jobs %v", activeJobs(t, site)) })
	nothingLeftExcept(t, site, "/home/alice/.sunpyter/ended")
}

// activeJobs returns alice's jobs that hold a place in the queue.
func activeJobs(t *testing.T, site *testcluster.Site) (jobs []testcluster.Job) {
	t.Helper()
	for _, job := range remainingJobs(t, site) {
		if job.State != "COMPLETING" {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// nothingLeftExcept is nothingLeft after an end without an owner: the end records
// remain, and are removed.
func nothingLeftExcept(t *testing.T, site *testcluster.Site, file string) {
	t.Helper()
	eventually(t, waitLimit, func() bool { return len(remainingJobs(t, site)) == 0 }, func() string { return fmt.Sprintf("jobs %v", remainingJobs(t, site)) }) // each may have an end record
	if files, err := site.Files(file); err != nil || len(files) != 1 {
		t.Errorf("%s: %v, %v", file, files, err)
	}
	site.MustExec(t, "login", "alice", "rm", "-rf", file)
	eventually(t, waitLimit, func() bool {
		_, _ = site.Exec(t.Context(), "login", "alice", "rmdir", "/home/alice/.sunpyter/sessions", "/home/alice/.sunpyter")
		return len(findLeftovers(t, site)) == 0
	}, func() string { return fmt.Sprintf("left behind: %v", findLeftovers(t, site)) })
}
