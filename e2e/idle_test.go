//go:build unix

package e2e

import (
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestIdleRelease: a kernel whose notebook is open and quiet is given back, never without
// a warning, and neither while a cell runs nor when the person wants it kept.
func TestIdleRelease(t *testing.T) {
	t.Parallel()
	took(t)
	const idle, lead = 4 * time.Second, 2 * time.Second
	site := testcluster.Shared(t)
	w := openWindow(t, site, timing(func(when *session.Timing) { when.IdleLook, when.IdleLead = 300*time.Millisecond, lead }))
	ready := w.start(protocol.KernelRequest{IdleSeconds: int(idle.Seconds())})
	if ready.Session.IdleSeconds != int(idle.Seconds()) || ready.Session.IdleEndsAt != nil {
		t.Errorf("at the start: %+v", ready.Session)
	}
	notebook := openKernel(t, ready)
	notebook.run("1")

	w.warned(ready, idle-lead, time.Now())
	notebook.run("import time; time.sleep(3)") // longer than what is left
	used := time.Now()
	w.unwarned(ready)

	w.warned(ready, idle-lead, used)
	var kept protocol.KernelKeepResult
	must(t, w.call(protocol.MethodKernelKeep, protocol.KernelKeepParams{SessionID: ready.Session.ID}, &kept))
	asked := time.Now()
	if kept.IdleSeconds != int(idle.Seconds()) {
		t.Errorf("kept for %d s", kept.IdleSeconds)
	}
	w.unwarned(ready)

	w.warned(ready, idle-lead, asked)
	cause := w.end(ready.Session.ID)
	if after := time.Since(asked); after < idle-time.Second {
		t.Errorf("ended %v after it was kept", after)
	}
	wanted{fault.JobIdle, "no cell has run", "Start a new kernel"}.check(t, cause)
	nothingLeft(t, site)

	err := w.call(protocol.MethodKernelKeep, protocol.KernelKeepParams{SessionID: ready.Session.ID}, nil)
	wanted{fault.UnknownSession, "it has ended", "Start a new kernel"}.check(t, problemOf(t, err))
}

// warned waits for the warning that the kernel ends soon; it must not come sooner than
// after since the last use, give or take the second of the node's clock.
func (w *window) warned(ready protocol.KernelStartResult, after time.Duration, used time.Time) {
	w.t.Helper()
	s := w.await("warned", func(s protocol.Session) bool {
		return s.ID == ready.Session.ID && (s.IdleEndsAt != nil || s.State == protocol.StateEnded)
	})
	if early := after - time.Since(used); s.State != protocol.StateReady || early > time.Second {
		w.t.Errorf("in state %s, %v too early; it ends at %v", s.State, early, s.IdleEndsAt)
	}
}

// unwarned waits until the kernel does not end soon any more.
func (w *window) unwarned(ready protocol.KernelStartResult) {
	w.t.Helper()
	w.await("not warned any more", func(s protocol.Session) bool { return s.ID == ready.Session.ID && s.IdleEndsAt == nil })
	if s := w.await("known", func(s protocol.Session) bool { return s.ID == ready.Session.ID }); s.State != protocol.StateReady {
		w.t.Fatalf("it is %s", s.State)
	}
}

// TestIdleAfterALostLink: a warning that nobody could see any more does not count; after
// the link is back it is given again, in full.
func TestIdleAfterALostLink(t *testing.T) {
	t.Parallel()
	took(t)
	const idle, lead = 6 * time.Second, 3 * time.Second
	site := testcluster.Shared(t)
	w := openWindow(t, site, timing(func(when *session.Timing) { when.IdleLook, when.IdleLead = 300*time.Millisecond, lead }))
	begun := time.Now()
	ready := w.start(protocol.KernelRequest{IdleSeconds: int(idle.Seconds())})
	w.warned(ready, idle-lead, begun)
	site.MustExec(t, ready.Session.Node, "root", "pkill", "-KILL", "-u", "alice", "sshd")
	lost := w.await("disconnected", inState(protocol.StateDisconnected))
	if lost.IdleEndsAt != nil {
		t.Error("the warning stands although nobody can keep the kernel")
	}
	away := time.Now()
	w.await("connected again", inState(protocol.StateReady))
	again := w.await("warned again", func(s protocol.Session) bool { return s.IdleEndsAt != nil })
	if left := again.IdleEndsAt.Sub(away); left < lead-time.Second { // the wire has whole seconds
		t.Errorf("only %v are left", left)
	}
	if cause := w.end(ready.Session.ID); cause.Code != string(fault.JobIdle) || time.Now().Before(*again.IdleEndsAt) {
		t.Errorf("%s, with %v left", cause.Code, time.Until(*again.IdleEndsAt))
	}
	nothingLeft(t, site)
}
