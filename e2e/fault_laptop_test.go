//go:build unix

package e2e

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// The laptop is offline: asleep, or without a link.

// suspend stops all that runs of the program until while returns, as a closed lid does.
func (p *program) suspend(while func()) {
	p.t.Helper()
	all := p.processes()
	for _, pid := range all {
		must(p.t, syscall.Kill(pid, syscall.SIGSTOP))
	}
	while()
	for _, pid := range all {
		must(p.t, syscall.Kill(pid, syscall.SIGCONT))
	}
}

// sleepFor waits; the sleep is what is tested.
func sleepFor(d time.Duration) func() { return func() { time.Sleep(d) } }

// TestLaptopAsleep: for less than the grace, for so long that sshd has hung up, and for
// longer than the grace.
func TestLaptopAsleep(t *testing.T) {
	t.Parallel()
	t.Run("shorter than the grace", func(t *testing.T) {
		t.Parallel()
		_, p := sharedProgram(t, "--grace", (2 * shortGrace).String())
		k := openSurvivor(t, p.ready().result())
		p.suspend(sleepFor(shortGrace)) // after it a busy machine may take its time to say that the laptop is back
		k.checkSurvived()
		p.interrupt()
	})
	t.Run("until sshd has hung up", func(t *testing.T) {
		t.Parallel()
		site, p := sharedProgram(t)
		k := openSurvivor(t, p.ready().result())
		p.suspend(func() {
			site.MustExec(t, "login", "root", "pkill", "-KILL", "-u", "alice", "sshd")
			eventually(t, waitLimit, func() bool { return connections(t, site) == 0 }, func() string { return "sshd has not hung up" })
		})
		woken := time.Now()
		k.checkSurvived()
		measure(t, "answers again after waking", "%s", seconds(time.Since(woken)))
		eventually(t, waitLimit, func() bool { return slices.Equal(p.states(), cameBack) }, func() string { return fmt.Sprintf("the session was %v", p.states()) })
		p.interrupt()
		nothingLeft(t, site)
	})
	t.Run("longer than the grace", func(t *testing.T) {
		t.Parallel()
		site, p := sharedProgram(t, "--grace", shortGrace.String())
		id := p.ready().Session.ID
		asleep := time.Now()
		ended := make(chan time.Time, 1)
		go func() { ended <- jobGone(t, site, id, shortGrace+waitLimit) }()
		p.suspend(sleepFor(shortGrace + 8*time.Second))
		woken := time.Now()
		p.awaitError(fault.LeaseExpired)
		measure(t, "job gone after", "%s (grace %s)", seconds((<-ended).Sub(asleep)), units.Duration(shortGrace))
		measure(t, "reported after waking", "%s", seconds(time.Since(woken)))
		site.MustExec(t, "login", "alice", "sh", "-c", "rm -rf ~/.sunpyter/ended; rmdir ~/.sunpyter 2>/dev/null; true")
	})
	t.Cleanup(func() { nothingLeft(t, testcluster.Shared(t)) })
}

// TestCutLongerThanTheGrace: the job ends itself, and once there is a link the
// user is notified.
func TestCutLongerThanTheGrace(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t, "--grace", shortGrace.String())
	id := p.ready().Session.ID
	must(t, site.Cut())
	cut := time.Now()
	measure(t, "job gone after", "%s (grace %s)", seconds(jobGone(t, site, id, shortGrace+waitLimit).Sub(cut)), units.Duration(shortGrace))
	must(t, site.Uncut())
	mended := time.Now()
	p.awaitError(fault.LeaseExpired)
	measure(t, "reported after the link was back", "%s", seconds(time.Since(mended)))
	nothingLeftExcept(t, site, "/home/alice/.sunpyter/ended")
}

// TestJobStartsWhileTheLinkIsDown: it waits for its owner.
func TestJobStartsWhileTheLinkIsDown(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
	job := w.awaitSubmitted()
	must(t, site.Cut())
	site.MustExec(t, "ctl", "root", "scontrol", "release", job.JobID)
	eventually(t, waitLimit, func() bool {
		jobs := activeJobs(t, site)
		return len(jobs) == 1 && jobs[0].State == "RUNNING"
	}, func() string { return "the job does not start" })
	time.Sleep(5 * time.Second) // it runs without a link: that is the condition
	must(t, site.Uncut())
	mended := time.Now()
	ready := <-answer
	must(t, ready.err)
	measure(t, "ready after the link was back", "%s", seconds(time.Since(mended)))
	if ready.Session.JobID != job.JobID {
		t.Errorf("job %s; the one that waited was %s", ready.Session.JobID, job.JobID)
	}
	checkAnswers(t, ready.KernelStartResult)
	w.stopAll()
	nothingLeft(t, site)
}

// TestSlowLink: a second for each round trip, as over a satellite.
func TestSlowLink(t *testing.T) {
	requireFaults(t, "everything takes many seconds")
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{Delay: 500 * time.Millisecond})
	begun := time.Now()
	p := run(t, site)
	k := openSurvivor(t, p.ready().result())
	measure(t, "ready after", "%s", seconds(time.Since(begun)))
	begun = time.Now()
	k.run("print(1)")
	measure(t, "a cell takes", "%s", seconds(time.Since(begun)))
	time.Sleep(50 * time.Second) // two keepalives
	if got := p.states(); len(got) != 1 {
		t.Errorf("the session was %v", got)
	}
	k.checkSurvived()
	p.interrupt()
	nothingLeft(t, site)
}

// TestConnectionDroppedByFirewall: a firewall on the way restarts and drops the connection
// without a word.
func TestConnectionDroppedByFirewall(t *testing.T) {
	requireFaults(t, "a silent link is noticed after 40 s")
	t.Parallel()
	site, p := startProgram(t)
	k := openSurvivor(t, p.ready().result())
	must(t, site.Forget())
	begun := time.Now()
	eventually(t, 45*time.Second, func() bool { return slices.Contains(p.states(), protocol.StateDisconnected) }, func() string { return "it is not noticed" })
	measure(t, "noticed after", "%s", seconds(time.Since(begun)))
	k.checkSurvived()
	measure(t, "answers again after", "%s", seconds(time.Since(begun)))
	p.interrupt()
	nothingOfOurs(t, site)
}
