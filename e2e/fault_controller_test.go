//go:build unix

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// sbatchDoor is where the sbatch of blockSbatch waits.
const sbatchDoor = "/tmp/sbatch-waits"

// blockSbatch makes sbatch on login wait before it speaks to the controller. inDoor
// waits until one does; open lets it go on, and the next ones through.
func blockSbatch(t *testing.T, site *testcluster.Site) (inDoor, open func()) {
	t.Helper()
	const program = "/usr/local/bin/sbatch"
	must(t, site.WriteFile("login", program, 0o755, "#!/bin/sh\n[ \"$1\" = --version ] || { : >"+sbatchDoor+
		"; while [ -e "+sbatchDoor+" ]; do sleep 0.05; done; }\nexec /usr/bin/sbatch \"$@\"\n"))
	inDoor = func() {
		t.Helper()
		eventually(t, waitLimit, func() bool {
			_, err := site.ReadFile("login", sbatchDoor)
			return err == nil
		}, func() string { return "sbatch is not called" })
	}
	open = func() {
		must(t, site.RemoveFile("login", program))
		must(t, site.RemoveFile("login", sbatchDoor))
	}
	return inDoor, open
}

// reply is the response to a start, with its time.
type reply struct {
	started
	at time.Time
}

func (w *window) beginTimed(request protocol.KernelRequest) <-chan reply {
	timed := make(chan reply, 1)
	_, answer := w.begin(request)
	go func() {
		s := <-answer
		timed <- reply{s, time.Now()}
	}()
	return timed
}

// TestControllerDownAtEachState: for 30 s, with six sessions, each in another state.
func TestControllerDownAtEachState(t *testing.T) {
	requireFaults(t, "the controller is down for 30 s")
	t.Parallel()
	const away = 30 * time.Second
	site := testcluster.Start(t, testcluster.Options{})
	windows := map[protocol.SessionState]*window{}
	replies := map[protocol.SessionState]<-chan reply{}
	begin := func(state protocol.SessionState, request protocol.KernelRequest, settings ...setting) *window {
		w := openWindow(t, site, settings...)
		windows[state] = w
		replies[state] = w.beginTimed(request)
		return w
	}
	for _, state := range []protocol.SessionState{protocol.StateReady, protocol.StateEnding} {
		windows[state] = openWindow(t, site)
	}
	kernel := openSurvivor(t, windows[protocol.StateReady].start(protocol.KernelRequest{}))
	windows[protocol.StateEnding].start(protocol.KernelRequest{})
	asksMeanwhile := timingSetting(func(timing *session.Timing) { timing.FirstPoll, timing.Poll = away/6, away/6 })
	job := begin(protocol.StatePending, protocol.KernelRequest{SbatchOptions: []string{"--hold"}}, asksMeanwhile).awaitSubmitted()
	begin(protocol.StateStarting, sleepingSetup("20")).await("starting", inState(protocol.StateStarting))
	time.Sleep(6 * time.Second) // the controller saves its state every 5 s
	inDoor, open := blockSbatch(t, site)
	begin(protocol.StateSubmitting, protocol.KernelRequest{})
	inDoor()

	released := make(chan time.Time, 1)
	go func() {
		for _, r := range windows[protocol.StateEnding].stopAll() {
			if r.Outcome != protocol.ReleaseDone {
				t.Errorf("ending: released %+v", r)
			}
		}
		released <- time.Now()
	}()
	windows[protocol.StateEnding].await("ending", func(s protocol.Session) bool {
		return s.State == protocol.StateEnding || s.State == protocol.StateEnded
	})
	must(t, site.StopService("ctl", "slurmctld"))
	down := time.Now()
	open()
	begin(protocol.StateConnecting, protocol.KernelRequest{})
	back := make(chan error, 1)
	time.AfterFunc(away, func() { back <- site.StartService("ctl", "slurmctld") })

	windows[protocol.StatePending].await("with a notice", func(s protocol.Session) bool { return strings.Contains(s.Notice, "the job keeps its place") })
	measure(t, "pending", "reported after %s", seconds(time.Since(down)))
	started := <-replies[protocol.StateStarting]
	must(t, started.err)
	measure(t, "starting", "ready after %s", seconds(started.at.Sub(down)))
	kernel.checkSurvived()
	for _, state := range []protocol.SessionState{protocol.StateConnecting, protocol.StateSubmitting} {
		if s := <-replies[state]; s.err == nil {
			measure(t, string(state), "a kernel after %s", seconds(s.at.Sub(down)))
		} else if problem := problemOf(t, s.err); problem.Code != string(fault.SlurmUnreachable) || problem.Advice == "" {
			t.Errorf("%s: reported %+v", state, problem)
		} else {
			measure(t, string(state), "reported after %s, no job", seconds(s.at.Sub(down)))
		}
	}
	must(t, <-back)
	awaitController(t, site)
	measure(t, "ending", "released after %s", seconds(max(0, (<-released).Sub(down))))
	kernel.checkSurvived()
	site.MustExec(t, "ctl", "root", "scontrol", "release", job.JobID)
	must(t, (<-replies[protocol.StatePending]).err)
	for _, w := range windows {
		w.stopAll()
	}
	nothingLeft(t, site)
}
