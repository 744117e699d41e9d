//go:build unix

package e2e

import (
	"errors"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// beforeReady are the states in which a start can be interrupted.
var beforeReady = []protocol.SessionState{
	protocol.StateConnecting, protocol.StateSubmitting, protocol.StatePending, protocol.StateStarting,
}

// TestCancelledAtEachState: $/cancelRequest ends a start in any state, and
// is answered once nothing is left.
func TestCancelledAtEachState(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	for _, state := range beforeReady {
		t.Run(string(state), func(t *testing.T) {
			w := openWindow(t, site)
			id, answer := w.begin(protocol.KernelRequest{})
			w.awaitState(state)
			if err := w.rpc.Notify(t.Context(), protocol.MethodCancelRequest, protocol.CancelParams{ID: id.Str}); err != nil {
				t.Fatal(err)
			}
			select {
			case s := <-answer:
				var rpcErr *jsonrpc2.Error
				if !errors.As(s.err, &rpcErr) || rpcErr.Code != int64(protocol.ErrRequestCancelled) {
					t.Errorf("answer %+v, %v; want error %d", s.KernelStartResult.Session, s.err, protocol.ErrRequestCancelled)
				}
			case <-time.After(2 * waitLimit):
				t.Fatal("the cancelled request was not answered")
			}
			w.close()
			nothingLeft(t, site)
		})
	}
}

// TestStdinClosedAtEachState: the end of stdin means: cancel everything.
func TestStdinClosedAtEachState(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	for _, state := range append(beforeReady, protocol.StateReady) {
		t.Run(string(state), func(t *testing.T) {
			w := openWindow(t, site)
			w.begin(protocol.KernelRequest{})
			w.awaitState(state)
			w.close()
			nothingLeft(t, site)
		})
	}
}

// TestCancelledWhilePending: the node is full, so the job pends with a
// reason in words until it is cancelled.
func TestCancelledWhilePending(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	fillNodes(t, site)
	site.ResetCalls()
	w := openWindow(t, site)
	id, answer := w.begin(protocol.KernelRequest{CPUs: 40})
	s := w.await("pending with a reason", func(s protocol.Session) bool { return s.Pending != nil })
	if s.Pending.Reason == "" || s.Pending.Message == "" || s.JobID == "" {
		t.Errorf("pending %+v", s.Pending)
	}
	t.Logf("%s: %s (%s)", s.Pending.Reason, s.Pending.Message, s.Pending.Advice)
	if got := slurmCalls(t, site); len(got) > 3 {
		t.Errorf("scheduler calls so far: %v", got)
	}
	_ = w.rpc.Notify(t.Context(), protocol.MethodCancelRequest, protocol.CancelParams{ID: id.Str})
	if s := <-answer; s.err == nil {
		t.Error("a cancelled start was answered with a kernel")
	}
	w.close()
	site.CancelAll(t)
	nothingLeft(t, site)
}

// fillNodes fills all nodes with jobs of bob's until the test ends.
func fillNodes(t *testing.T, site *testcluster.Site) {
	t.Helper()
	occupy(t, site, "40", "60")
	t.Cleanup(func() { site.CancelAll(t) })
}
