//go:build unix

package e2e

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// checkStopsAtOnce stops a kernel that is not ready: the stop and the start
// return soon.
func (w *window) checkStopsAtOnce(s protocol.Session, answer <-chan started, outcome protocol.ReleaseOutcome) {
	w.t.Helper()
	begun := time.Now()
	var stopped protocol.KernelStopResult
	must(w.t, w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: s.ID}, &stopped))
	if took := time.Since(begun); took > pace.Limit(15*time.Second) {
		w.t.Errorf("answered after %v", took)
	}
	if len(stopped.Released) != 1 || stopped.Released[0].Outcome != outcome {
		w.t.Errorf("released %+v, want %s", stopped.Released, outcome)
	}
	select {
	case s := <-answer:
		if problem := problemOf(w.t, s.err); problem.Code != string(fault.Cancelled) {
			w.t.Errorf("the start is answered with %+v", problem)
		}
	case <-time.After(waitLimit):
		w.t.Error("the start is not answered")
	}
}

// TestStoppedWhileConnecting: while the prompt for the host's key is open.
func TestStoppedWhileConnecting(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	w := openWindow(t, site, sshConfig(t, hostBlock(t, site, "login", map[string]string{
		"UserKnownHostsFile": filepath.Join(t.TempDir(), "none"), "StrictHostKeyChecking": "ask",
	})))
	asked, over := make(chan struct{}), make(chan struct{})
	defer close(over)
	w.mu.Lock()
	w.prompt = func(string, json.RawMessage) any {
		close(asked)
		<-over
		return protocol.PromptConfirmResult{}
	}
	w.mu.Unlock()
	_, answer := w.begin(protocol.KernelRequest{})
	<-asked
	w.checkStopsAtOnce(w.await("connecting", inState(protocol.StateConnecting)), answer, protocol.ReleaseNoJob)
}

// TestStoppedWhilePending: all nodes are in use.
func TestStoppedWhilePending(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	fillNodes(t, site)
	w := openWindow(t, site)
	_, answer := w.begin(protocol.KernelRequest{CPUs: 40})
	s := w.await("pending", func(s protocol.Session) bool { return s.State == protocol.StatePending && s.JobID != "" })
	w.checkStopsAtOnce(s, answer, protocol.ReleaseDone)
	w.close()
	site.CancelAll(t)
	nothingLeft(t, site)
}
