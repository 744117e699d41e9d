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

// unreachable is the problem if Slurm's controller does not answer.
var unreachable = wantProblem{fault.SlurmUnreachable, "controller", "Try again in a few minutes"}

// TestControllerDownAtSubmit: before the site has listed its partitions, and
// between that and sbatch.
func TestControllerDownAtSubmit(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	t.Run("before", func(t *testing.T) {
		must(t, site.StopService("ctl", "slurmctld"))
		unreachable.check(t, w.failStart("alice@login", protocol.KernelRequest{}))
		must(t, site.StartService("ctl", "slurmctld"))
		awaitController(t, site)
		nothingLeft(t, site)
	})
	t.Run("between", func(t *testing.T) {
		inDoor, open := blockSbatch(t, site)
		_, answer := w.begin(protocol.KernelRequest{})
		inDoor()
		must(t, site.StopService("ctl", "slurmctld"))
		open()
		unreachable.check(t, failedStart(t, answer))
		must(t, site.StartService("ctl", "slurmctld"))
		awaitController(t, site)
		nothingLeft(t, site)
	})
	w.checkStartsAgain()
}

// TestControllerDownWhilePending: no answer never means that the job has ended. The job
// keeps its place, and becomes a kernel.
func TestControllerDownWhilePending(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
	job := w.awaitSubmitted()
	must(t, site.StopService("ctl", "slurmctld"))
	s := w.await("telling that the controller is down", func(s protocol.Session) bool { return s.Notice != "" })
	if s.State != protocol.StatePending || !strings.Contains(s.Notice, "the job keeps its place") {
		t.Errorf("state %s, notice %q", s.State, s.Notice)
	}
	t.Log(s.Notice)
	must(t, site.StartService("ctl", "slurmctld"))
	awaitController(t, site)
	site.MustExec(t, "ctl", "root", "scontrol", "release", job.JobID)
	ready := <-answer
	must(t, ready.err)
	if ready.Session.JobID != job.JobID || strings.Contains(ready.Session.Notice, "controller") {
		t.Errorf("job %s, notice %q; the one that waited was %s", ready.Session.JobID, ready.Session.Notice, job.JobID)
	}
	checkAnswers(t, ready.KernelStartResult)
	w.stopAll()
	nothingLeft(t, site)
}

// TestControllerBrieflyDownAtRelease: the release continues until Slurm has
// accepted it.
func TestControllerBrieflyDownAtRelease(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	w.start(protocol.KernelRequest{})
	must(t, site.StopService("ctl", "slurmctld"))
	released := make(chan []protocol.Release, 1)
	go func() { released <- w.stopAll() }()
	// Without the controller the job is ended from inside.
	awaitIdleNodes(t, site)
	must(t, site.StartService("ctl", "slurmctld"))
	if r := <-released; len(r) != 1 || r[0].Outcome != protocol.ReleaseDone {
		t.Errorf("released: %+v", r)
	}
	nothingLeft(t, site)
	w.checkStillWorks()
}

// TestControllerDownAtRelease: it stays down for longer than a release may take.
// That is reported, with advice, and the node is released nevertheless.
func TestControllerDownAtRelease(t *testing.T) {
	requireFaults(t, "a release is tried for a minute")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	ready := w.start(protocol.KernelRequest{}).Session
	must(t, site.StopService("ctl", "slurmctld"))
	begun := time.Now()
	r := w.stopAll()
	measure(t, "reported after", "%s", seconds(time.Since(begun)))
	checkUnconfirmed(t, r, ready.JobID, "its node should be free by now")
	awaitIdleNodes(t, site)
	must(t, site.StartService("ctl", "slurmctld"))
	awaitController(t, site)
	nothingLeft(t, site)
	w.checkStillWorks()
}

// TestControllerDownAtReleaseWhilePending: the job cannot be ended from inside yet;
// it ends as it starts.
func TestControllerDownAtReleaseWhilePending(t *testing.T) {
	requireFaults(t, "a release is tried for a minute")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
	job := w.awaitSubmitted()
	must(t, site.StopService("ctl", "slurmctld"))
	r := w.stopAll()
	checkUnconfirmed(t, r, job.JobID, "as soon as it starts")
	if s := <-answer; s.err == nil {
		t.Error("a stopped start was answered with a kernel")
	}
	must(t, site.StartService("ctl", "slurmctld"))
	awaitController(t, site)
	site.MustExec(t, "ctl", "root", "scontrol", "release", job.JobID)
	nothingLeft(t, site)
	w.checkStillWorks()
}

// checkUnconfirmed checks that a release reports what it could not do, how the job
// ends nevertheless, and what to check.
func checkUnconfirmed(t *testing.T, released []protocol.Release, job, lastAdvice string) {
	t.Helper()
	t.Logf("%+v", released)
	if len(released) != 1 || released[0].Outcome != protocol.ReleaseUnconfirmed || released[0].JobID != job {
		t.Fatalf("released: %+v", released)
	}
	for _, phrase := range []string{"cancelling job " + job, "Unable to contact slurm controller", lastAdvice, "squeue -u $USER", "scancel"} {
		if !strings.Contains(released[0].Message, phrase) {
			t.Errorf("the message does not say %q: %s", phrase, released[0].Message)
		}
	}
}

// awaitController waits until slurmctld does.
func awaitController(t *testing.T, site *testcluster.Site) {
	t.Helper()
	eventually(t, waitLimit, func() bool {
		out, err := site.Exec(t.Context(), "ctl", "root", "scontrol", "ping")
		return err == nil && strings.Contains(out, "UP")
	}, func() string { return "slurmctld does not answer" })
}

// awaitIdleNodes waits until no process of alice's runs on a node.
func awaitIdleNodes(t *testing.T, site *testcluster.Site) {
	t.Helper()
	begun := time.Now()
	eventually(t, waitLimit, func() bool {
		for _, node := range site.Nodes() {
			processes, err := site.Processes(node, "alice")
			must(t, err)
			for _, p := range processes {
				if strings.Contains(p.Command(), "slurm_script") || strings.Contains(p.Command(), "jupyter") {
					return false
				}
			}
		}
		return true
	}, func() string { return "the job still runs on its node" })
	t.Logf("nodes free %.1f s later", time.Since(begun).Seconds())
}
