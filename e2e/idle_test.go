//go:build unix

package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
)

// TestIdleRelease: a kernel whose notebook is open but idle is released, never without
// a warning, and neither while a cell runs nor if the user keeps it.
func TestIdleRelease(t *testing.T) {
	t.Parallel()
	const idle, lead = 8 * time.Second, 4 * time.Second // in the lead, at most half of it, a busy machine has to begin a cell
	const cell = lead + time.Second                     // it runs for longer than what is left
	site, w := sharedWindow(t, timingSetting(func(when *session.Timing) { when.ActivityPoll, when.IdleWarning = 300*time.Millisecond, lead }))
	used := time.Now()
	ready := w.start(protocol.KernelRequest{IdleSeconds: int(idle.Seconds())})
	if ready.Session.IdleSeconds != int(idle.Seconds()) || ready.Session.IdleEndsAt != nil {
		t.Errorf("at the start: %+v", ready.Session)
	}
	notebook := openKernel(t, ready)
	notebook.run("1") // a busy machine may take so long for it that the warning is there before

	w.awaitIdleWarning(ready, idle-lead, used)
	before := w.reportCount()
	used = time.Now().Add(cell)
	notebook.run(fmt.Sprintf("import time; time.sleep(%v)", cell.Seconds()))
	w.awaitIdleWarningWithdrawn(ready, before)

	w.awaitIdleWarning(ready, idle-lead, used)
	var kept protocol.KernelKeepAliveResult
	before = w.reportCount()
	asked := time.Now()
	must(t, w.call(protocol.MethodKernelKeepAlive, protocol.KernelKeepAliveParams{SessionID: ready.Session.ID}, &kept))
	if kept.IdleSeconds != int(idle.Seconds()) {
		t.Errorf("kept for %d s", kept.IdleSeconds)
	}
	w.awaitIdleWarningWithdrawn(ready, before)

	w.awaitIdleWarning(ready, idle-lead, asked)
	cause := w.awaitEnd(ready.Session.ID)
	if after := time.Since(asked); after < idle-time.Second {
		t.Errorf("ended %v after it was kept", after)
	}
	wantProblem{fault.JobIdle, "was idle for", "Start a new kernel"}.check(t, cause)
	nothingLeft(t, site)

	err := w.call(protocol.MethodKernelKeepAlive, protocol.KernelKeepAliveParams{SessionID: ready.Session.ID}, nil)
	wantProblem{fault.UnknownSession, "it has ended", "Start a new kernel"}.check(t, problemOf(t, err))
}

// awaitIdleWarning waits for the warning that the kernel ends soon; it must not come sooner than
// after since the last use, give or take the second of the node's clock.
func (w *window) awaitIdleWarning(ready protocol.KernelStartResult, after time.Duration, used time.Time) {
	w.t.Helper()
	s := w.await("warned", func(s protocol.Session) bool {
		return s.ID == ready.Session.ID && (s.IdleEndsAt != nil || s.State == protocol.StateEnded)
	})
	if early := after - time.Since(used); s.State != protocol.StateReady || early > time.Second {
		w.t.Errorf("in state %s, %v too early; it ends at %v", s.State, early, s.IdleEndsAt)
	}
}

// reportedAt returns when a session was reported in this state.
func (w *window) reportedAt(state protocol.SessionState) time.Time {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at[slices.IndexFunc(w.past, inState(state))]
}

// reportCount counts the session reports.
func (w *window) reportCount() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.past)
}

// awaitIdleWarningWithdrawn waits until the kernel does not end soon any more, or did not for a while
// after the warning.
func (w *window) awaitIdleWarningWithdrawn(ready protocol.KernelStartResult, before int) {
	w.t.Helper()
	s := w.awaitAmong("not warned any more", func(s protocol.Session) bool { return s.ID == ready.Session.ID && s.IdleEndsAt == nil },
		func() []protocol.Session { return w.past[before:] })
	if s.State != protocol.StateReady {
		w.t.Fatalf("it is %s", s.State)
	}
}

// TestIdleAfterALostLink: a warning before the loss does not count; once
// the link is back it is repeated in full.
func TestIdleAfterALostLink(t *testing.T) {
	t.Parallel()
	const idle, lead = 8 * time.Second, 4 * time.Second
	site, w := sharedWindow(t, timingSetting(func(when *session.Timing) { when.ActivityPoll, when.IdleWarning = 300*time.Millisecond, lead }))
	begun := time.Now()
	ready := w.start(protocol.KernelRequest{IdleSeconds: int(idle.Seconds())})
	w.awaitIdleWarning(ready, idle-lead, begun)
	site.MustExec(t, ready.Session.Node, "root", "pkill", "-KILL", "-u", "alice", "sshd")
	if lost := w.awaitState(protocol.StateDisconnected); lost.IdleEndsAt != nil {
		t.Error("the warning stands although nobody can keep the kernel")
	}
	away := w.reportedAt(protocol.StateDisconnected) // on a busy machine it may be back by now
	w.await("connected again", inState(protocol.StateReady))
	again := w.await("warned again", func(s protocol.Session) bool { return s.IdleEndsAt != nil })
	if left := again.IdleEndsAt.Sub(away); left < lead-time.Second { // the wire has whole seconds
		t.Errorf("only %v are left", left)
	}
	if cause := w.awaitEnd(ready.Session.ID); cause.Code != string(fault.JobIdle) || time.Now().Before(*again.IdleEndsAt) {
		t.Errorf("%s, with %v left", cause.Code, time.Until(*again.IdleEndsAt))
	}
	nothingLeft(t, site)
}

// TestShellKeepsAnIdleKernel: a kernel in which no cell runs is kept while a command runs in a shell,
// and released once that has ended.
func TestShellKeepsAnIdleKernel(t *testing.T) {
	t.Parallel()
	const idle, lead = 10 * time.Second, 2 * time.Second
	site, w := sharedWindow(t, timingSetting(func(when *session.Timing) { when.ActivityPoll, when.IdleWarning = 300*time.Millisecond, lead }))
	ready := w.start(protocol.KernelRequest{IdleSeconds: int(idle.Seconds())})
	s := w.openShell(ready.Session.ID, protocol.ShellOpenParams{Terminal: true})
	s.send(fmt.Sprintf("for i in $(seq %d); do sleep 1; echo tick $i; done; exit 3\n", int(idle.Seconds())+3))
	s.exits(3)
	w.await("still ready", func(s protocol.Session) bool { return s.ID == ready.Session.ID && s.State == protocol.StateReady })
	wantProblem{fault.JobIdle, "was idle for", "Start a new kernel"}.check(t, w.awaitEnd(ready.Session.ID))
	nothingLeft(t, site)
}
