//go:build unix

package e2e

import (
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
)

// TestOwnedJobOutlivesItsGrace: the shortest grace is renewed in time, while
// the job waits, while a slow environment is set up, and while it runs.
func TestOwnedJobOutlivesItsGrace(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	seconds := int(shortGrace.Seconds())
	_, answer := w.begin(protocol.KernelRequest{GraceSeconds: seconds, SbatchOptions: []string{"--hold"}})
	held := w.awaitSubmitted()
	const longer = shortGrace + 2*time.Second
	slowly := &protocol.Environment{Setup: []string{"sleep 12"}}
	ready := w.start(protocol.KernelRequest{GraceSeconds: seconds, Environment: slowly})
	time.Sleep(longer) // the grace has ended for both: that is the condition, not a guess
	checkAnswers(t, ready)
	site.MustExec(t, "ctl", "root", "scontrol", "release", held.JobID)
	select {
	case s := <-answer:
		if s.err != nil {
			t.Fatalf("the job that waited: %v", s.err)
		}
		checkAnswers(t, s.KernelStartResult)
	case <-time.After(waitLimit):
		t.Fatal("the job that waited does not start")
	}
	w.stopAll()
	nothingLeft(t, site)
}
