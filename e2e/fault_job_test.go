//go:build unix

package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// What Slurm and its administrators do to a job.

// TestHeldJob: by its owner and by an admin; the reason is reported, and the start continues.
func TestHeldJob(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
	s := w.await("held by its owner", func(s protocol.Session) bool { return s.Pending != nil })
	if s.Pending.Reason != "JobHeldUser" || s.Pending.Message == "" || s.Pending.Advice == "" {
		t.Errorf("%+v", s.Pending)
	}
	site.MustExec(t, "ctl", "root", "scontrol", "release", s.JobID)
	must(t, (<-answer).err)
	w.stopAll()
	nothingLeft(t, site)
}

// TestSuspendedJob: for longer than the grace, with the laptop asleep all that time, so
// that the lease is old when the job continues. By a clock alone it would
// end then.
func TestSuspendedJob(t *testing.T) {
	t.Parallel()
	const grace = 2 * shortGrace // the job counts 8 s of a suspension, see lease.sh
	site, p := sharedProgram(t, "--grace", grace.String())
	k := openSurvivor(t, p.ready().result())
	p.suspend(func() {
		site.MustExec(t, "ctl", "root", "scontrol", "suspend", k.ready.Session.JobID)
		time.Sleep(grace + 5*time.Second) // the grace has ended: that is the condition
		site.MustExec(t, "ctl", "root", "scontrol", "resume", k.ready.Session.JobID)
	})
	k.checkSurvived()
	p.interrupt()
	nothingLeft(t, site)
}

// TestSuspensionIsReported: while connected.
func TestSuspensionIsReported(t *testing.T) {
	requireFaults(t, "Jupyter is looked at once a minute")
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	site.MustExec(t, "ctl", "root", "scontrol", "suspend", k.ready.Session.JobID)
	suspended := time.Now()
	w.await("with a notice", func(s protocol.Session) bool { return strings.Contains(s.Notice, "suspended the job") })
	measure(t, "reported after", "%s", seconds(time.Since(suspended)))
	site.MustExec(t, "ctl", "root", "scontrol", "resume", k.ready.Session.JobID)
	w.await("taken back", func(s protocol.Session) bool { return s.State == protocol.StateReady && s.Notice == "" })
	k.checkSurvived()
	w.stopAll()
	nothingLeft(t, site)
}

// TestRequeuedJob: the second run of the job is not taken for the kernel of the first.
func TestRequeuedJob(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	s := w.start(protocol.KernelRequest{}).Session
	site.MustExec(t, "ctl", "root", "scontrol", "update", "job="+s.JobID, "requeue=1")
	site.MustExec(t, "ctl", "root", "scontrol", "requeue", s.JobID)
	requeued := time.Now()
	wantProblem{fault.JobRequeued, "back into the queue", "Start a new kernel"}.check(t, w.awaitEnd(s.ID))
	measure(t, "reported after", "%s", seconds(time.Since(requeued)))
	nothingLeft(t, site)
	w.checkStillWorks()
}

// TestLaunchFailure: the node cannot start the job, and Slurm puts it back into the
// queue, held for ever. That is reported, with what to do.
func TestLaunchFailure(t *testing.T) {
	t.Parallel()
	const prolog = "/usr/local/sbin/prolog"
	site := testcluster.Start(t, testcluster.Options{ExtraConf: "Prolog=" + prolog + "\n"})
	onEachNode(t, site, func(node string) error { return site.WriteFile(node, prolog, 0o755, "#!/bin/sh\nexit 1\n") })
	w := openWindow(t, site)
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
	job := w.awaitSubmitted()
	site.MustExec(t, "ctl", "root", "scontrol", "update", "job="+job.JobID, "requeue=1") // as some sites force
	site.MustExec(t, "ctl", "root", "scontrol", "release", job.JobID)
	released := time.Now()
	s := w.await("put back", func(s protocol.Session) bool { return s.Pending != nil && s.Pending.Reason == "JobLaunchFailure" })
	measure(t, "reported after", "%s", seconds(time.Since(released)))
	t.Logf("%+v", s.Pending)
	if !strings.Contains(s.Pending.Message, "could not start the job") || s.Pending.Advice == "" {
		t.Errorf("%+v", s.Pending)
	}
	w.stopAll()
	if s := <-answer; s.err == nil {
		t.Error("a stopped start was answered with a kernel")
	}
	nothingLeft(t, site)
}

// startPreemptingSite returns a site where jobs of the partition short push others out.
func startPreemptingSite(t *testing.T, mode string) *testcluster.Site {
	t.Helper()
	return testcluster.Start(t, testcluster.Options{Nodes: []string{"scs0151"}, ExtraConf: "PreemptType=preempt/partition_prio\nPreemptMode=" + mode + "\n",
		ExtraPart: "PartitionName=urgent Nodes=ALL PriorityTier=10 MaxTime=00:30:00 State=UP\n"})
}

// TestPreemptedJob: another job takes the node.
func TestPreemptedJob(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"CANCEL", "REQUEUE"} {
		t.Run(strings.ToLower(mode), func(t *testing.T) {
			t.Parallel()
			site := startPreemptingSite(t, mode)
			w := openWindow(t, site)
			s := w.start(protocol.KernelRequest{}).Session
			site.MustExec(t, "login", "bob", "sbatch", "-p", "urgent", "-c40", "--mem=1000", "-o", "/dev/null", "--wrap", "exec sleep 600")
			pushed := time.Now()
			wantProblem{fault.JobPreempted, "", "Start"}.check(t, w.awaitEnd(s.ID))
			measure(t, "reported after", "%s", seconds(time.Since(pushed)))
			site.MustExec(t, "ctl", "root", "scancel", "-u", "bob")
			nothingLeft(t, site)
		})
	}
}

// onJupyter signals the job's Jupyter, or its kernels.
func signalJob(t *testing.T, site *testcluster.Site, s protocol.Session, what string, signal syscall.Signal) {
	t.Helper()
	processes, err := site.Processes(s.Node, "alice")
	must(t, err)
	hit := 0
	for _, process := range processes {
		if strings.Contains(process.Command(), what) && !strings.Contains(process.Command(), "bash") {
			if err := syscall.Kill(process.PID, signal); err == nil { // one of them may end before
				hit++
			}
		}
	}
	if hit == 0 {
		t.Fatalf("no %s runs on %s", what, s.Node)
	}
}

// TestJupyterKilled: the job has ended, and it is reported.
func TestJupyterKilled(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	s := w.start(protocol.KernelRequest{}).Session
	signalJob(t, site, s, "jupyter", syscall.SIGKILL)
	killed := time.Now()
	if cause := w.awaitEnd(s.ID); cause.Code != string(fault.JupyterDied) || !strings.HasPrefix(cause.Tried, "running Jupyter") {
		t.Errorf("reported %+v", cause)
	}
	measure(t, "reported after", "%s", seconds(time.Since(killed)))
	nothingLeft(t, site)
}

// TestKernelKilled: Jupyter restarts it, and cells run again.
func TestKernelKilled(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	k := openSurvivor(t, w.start(protocol.KernelRequest{}))
	signalJob(t, site, k.ready.Session, "ipykernel", syscall.SIGKILL)
	killed := time.Now()
	var out string
	eventually(t, waitLimit, func() bool {
		out = k.reconnect().run("import os\nprint(os.getpid(), 'x' in globals())")
		return out != "" && !strings.HasPrefix(out, k.pid)
	}, func() string { return "no new kernel: " + out })
	if !strings.HasSuffix(out, " False") {
		t.Errorf("the new kernel printed %q; the old one was %s", out, k.pid)
	}
	measure(t, "a new one answers after", "%s", seconds(time.Since(killed)))
	w.stopAll()
	nothingLeft(t, site)
}
