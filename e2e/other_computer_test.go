//go:build unix

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// A window with its own state directory stands for a window on
// another computer.

// takeOver takes a kernel over.
func (w *window) takeOver(params protocol.KernelTakeOverParams) protocol.KernelStartResult {
	w.t.Helper()
	var result protocol.KernelStartResult
	must(w.t, w.call(protocol.MethodKernelTakeOver, params, &result))
	return result
}

// awaitTakenOver waits until the window reports that it has lost the session.
func (w *window) awaitTakenOver(id string) {
	w.t.Helper()
	if cause := w.awaitEnd(id); cause.Code != "ended.taken-over" {
		w.t.Errorf("the previous owner was notified of %+v", cause)
	}
}

// TestTakenOverFromAnotherComputer: by its job, and back by its id. The
// kernel survives both; each previous owner is notified soon, and does not cancel.
func TestTakenOverFromAnotherComputer(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	first, second := openWindow(t, site), openWindow(t, site)
	ready := first.start(protocol.KernelRequest{WorkingDirectory: "/cdt_storage/$USER", GraceSeconds: int(shortGrace.Seconds())})
	k := openKernel(t, ready)
	k.run("x = 42")

	list := second.list(protocol.KernelListParams{Cluster: "alice@login"})
	if len(list.Sessions) != 1 || list.Sessions[0].ID != ready.Session.ID || !list.Sessions[0].Remote || list.Sessions[0].Owned {
		t.Fatalf("the other computer sees %+v", list)
	}
	begun := time.Now()
	after := second.takeOver(protocol.KernelTakeOverParams{JobID: ready.Session.JobID, Cluster: "alice@login"})
	measure(t, "taken over in", "%s", seconds(time.Since(begun)))
	s := after.Session
	if s.ID != ready.Session.ID || s.Generation != 2 || s.Node != ready.Session.Node || s.GraceSeconds != int(shortGrace.Seconds()) ||
		s.WorkingDirectory != "/cdt_storage/alice" || s.EndsAt == nil || s.CPUs != 1 || after.Token == ready.Token {
		t.Errorf("taken over: %+v", s)
	}
	first.awaitTakenOver(s.ID)
	measure(t, "the previous owner was notified after", "%s", seconds(time.Since(begun)))
	var known protocol.KernelListResult
	eventually(t, waitLimit, func() bool { // it is notified first, and forgets then
		known = first.list(protocol.KernelListParams{})
		return len(known.Sessions)+len(known.Ended) == 0
	}, func() string { return fmt.Sprintf("the owner before still knows of %+v", known) })
	first.close()
	time.Sleep(shortGrace + 2*time.Second) // the grace has ended: the new owner's sign is the one that counts
	if out := k.reconnectAt(after).run("print(x)"); out != "42" {
		t.Errorf("the kernel printed %q", out)
	}

	third := openWindow(t, site)
	back := third.takeOver(protocol.KernelTakeOverParams{SessionID: s.ID, Cluster: "alice@login"})
	if back.Session.Generation != 3 {
		t.Errorf("taken over again: %+v", back.Session)
	}
	second.awaitTakenOver(s.ID)
	if out := k.reconnectAt(back).run("print(x)"); out != "42" {
		t.Errorf("the kernel printed %q", out)
	}
	second.close()
	third.close()
	nothingLeft(t, site)
}

// TestLateOwnerDoesNotCancel: the previous owner ends before it was notified.
func TestLateOwnerDoesNotCancel(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	first, second := openWindow(t, site), openWindow(t, site)
	ready := first.start(protocol.KernelRequest{})
	after := make(chan protocol.KernelStartResult, 1)
	go func() {
		after <- second.takeOver(protocol.KernelTakeOverParams{JobID: ready.Session.JobID, Cluster: "alice@login"})
	}()
	eventually(t, waitLimit, func() bool {
		text, _ := site.ReadFile("login", "/home/alice/.sunpyter/sessions/"+ready.Session.ID+"/owner")
		return len(text) > 0 && text[0] == '2'
	}, func() string { return "never taken" })
	_ = first.rpc.Close()
	first.waitServed(waitLimit)
	checkAnswers(t, <-after)
	second.close()
	nothingLeft(t, site)
}

// TestPendingJobTakenOverFromAnotherComputer: it waits in the queue.
func TestPendingJobTakenOverFromAnotherComputer(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	fillNodes(t, site)
	first, second := openWindow(t, site), openWindow(t, site)
	first.begin(protocol.KernelRequest{})
	pending := first.await("pending", func(s protocol.Session) bool {
		return s.State == protocol.StatePending && s.JobID != "" && s.Pending != nil
	})
	after := make(chan protocol.KernelStartResult, 1)
	go func() {
		after <- second.takeOver(protocol.KernelTakeOverParams{SessionID: pending.ID, Cluster: "alice@login"})
	}()
	first.awaitTakenOver(pending.ID)
	first.close()
	site.MustExec(t, "ctl", "root", "scancel", "-u", "bob")
	checkAnswers(t, <-after)
	second.close()
	nothingLeft(t, site)
}

// TestStoppedFromAnotherComputer by the id that its list shows.
func TestStoppedFromAnotherComputer(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	first, second := openWindow(t, site), openWindow(t, site)
	ready := first.start(protocol.KernelRequest{})
	var stopped protocol.KernelStopResult
	must(t, second.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: ready.Session.ID, Cluster: "alice@login"}, &stopped))
	if len(stopped.Released) != 1 || stopped.Released[0].Outcome != protocol.ReleaseDone {
		t.Errorf("released %+v", stopped.Released)
	}
	if cause := first.awaitEnd(ready.Session.ID); cause.Code != "ended.cancelled" {
		t.Errorf("the owner's cause: %+v", cause)
	}
	first.close()
	second.close()
	nothingLeft(t, site)
}

// TestTakeOverOfMissingKernels says so.
func TestTakeOverOfMissingKernels(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	for _, params := range []protocol.KernelTakeOverParams{
		{}, {SessionID: "k00000000000"}, {JobID: "999999", Cluster: "alice@login"}, {SessionID: "k00000000000", Cluster: "alice@login"},
	} {
		err := w.call(protocol.MethodKernelTakeOver, params, &protocol.KernelStartResult{})
		if problem := problemOf(t, err); problem.Advice == "" {
			t.Errorf("%+v: %+v", params, problem)
		}
	}
	w.close()
	nothingLeft(t, site)
}
