//go:build unix

package e2e

import (
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestOneWindowAsks: two windows lose their link and the user has to act. Only one
// asks, and once it is answered, both reconnect.
func TestOneWindowAsks(t *testing.T) {
	requireFaults(t, "nothing is to happen for a while")
	site := testcluster.Start(t, testcluster.Options{})
	l := newLaptop(t, site, &codePrompter{})
	var asked atomic.Int32
	answer := make(chan struct{})
	windows := []*window{l.window(), l.window()}
	kernels := make([]*survivor, len(windows))
	for i, w := range windows {
		w.mu.Lock()
		w.prompt = func(string, json.RawMessage) any {
			asked.Add(1)
			<-answer
			return protocol.PromptConfirmResult{Accepted: true}
		}
		w.mu.Unlock()
		kernels[i] = openSurvivor(t, w.start(protocol.KernelRequest{}))
	}
	refuseKey(t, site)
	for _, w := range windows {
		w.await("disconnected", func(s protocol.Session) bool { return s.State == protocol.StateDisconnected && s.Notice != "" })
	}
	time.Sleep(6 * time.Second) // time in which the other one must not ask
	if n := asked.Load(); n != 1 {
		t.Errorf("%d windows ask", n)
	}
	acceptKey(t, site)
	close(answer)
	for i, w := range windows {
		w.await("ready again", inState(protocol.StateReady))
		kernels[i].checkSurvived()
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d questions", n)
	}
	for _, w := range windows {
		w.stopAll()
		w.close()
	}
	nothingLeft(t, site)
}
