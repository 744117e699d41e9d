//go:build unix

package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// The files failure_*_test.go test errors that users see: each has its
// code, says what came back and what to do, and leaves nothing behind.

// wantProblem is what a problem must contain.
type wantProblem struct {
	// code is the failure's stable name.
	code fault.Code
	// answer is a phrase of what came back, and advice of what to do.
	answer, advice string
}

// twoStops matches two full stops; a quoted traceback may have ".." at the beginning of a name.
var twoStops = regexp.MustCompile(`\. ?\.(\s|$)`)

// standsAlone matches an answer that needs no "tried".
var standsAlone = regexp.MustCompile(`\b(job \d+|kernel)\b`)

// check compares a problem with what it must be.
func (w wantProblem) check(t *testing.T, got protocol.Problem) {
	t.Helper()
	t.Logf("%s: %s", got.Code, got.Message)
	if got.Code != string(w.code) {
		t.Errorf("code %q, want %q", got.Code, w.code)
	}
	measure(t, "reported", "%s", got.Code)
	if !standsAlone.MatchString(got.Answer) && got.Tried == "" {
		t.Errorf("tried is empty, and %q does not stand alone", got.Answer)
	}
	for _, part := range []struct{ name, text, phrase string }{
		{"message", got.Message, got.Advice}, {"answer", got.Answer, w.answer}, {"advice", got.Advice, w.advice},
	} {
		if part.text == "" || !strings.Contains(part.text, part.phrase) {
			t.Errorf("%s is %q, want it to say %q", part.name, part.text, part.phrase)
		}
	}
	if twoStops.MatchString(got.Message) {
		t.Errorf("a full stop too many: %s", got.Message)
	}
}

// requireFaults skips a test that waits for minutes.
func requireFaults(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("SUNPYTER_FAULTS") != "1" {
		t.Skipf("%s; set SUNPYTER_FAULTS=1 (make faults)", why)
	}
}

// usual returns the first n rows of a table, which prove what the others only vary; make faults
// runs them all.
func usual[T any](t *testing.T, n int, rows []T) []T {
	t.Helper()
	if longRun() {
		return rows
	}
	t.Logf("%d of %d rows; set SUNPYTER_FAULTS=1 (make faults) for all", n, len(rows))
	return rows[:n]
}

// awaitEnd waits for the end of the session with this id and returns its cause.
func (w *window) awaitEnd(id string) protocol.Problem {
	w.t.Helper()
	s := w.await("ended", func(s protocol.Session) bool { return s.ID == id && s.State == protocol.StateEnded })
	if s.Cause == nil {
		w.t.Fatalf("session %s ended without a cause", id)
	}
	return *s.Cause
}

// checkStillWorks checks that the window's server still works. It starts another kernel in make faults only:
// it takes more than most of what it follows, and some tests call checkStartsAgain.
func (w *window) checkStillWorks() {
	w.t.Helper()
	if longRun() {
		w.checkStartsAgain()
		return
	}
	must(w.t, w.call(protocol.MethodKernelList, protocol.KernelListParams{Cluster: "alice@login"}, &protocol.KernelListResult{}))
	nothingLeft(w.t, w.site)
}

// checkStartsAgain checks that a kernel starts and stops, and nothing is left.
func (w *window) checkStartsAgain() {
	w.t.Helper()
	checkAnswers(w.t, w.start(protocol.KernelRequest{}))
	for _, r := range w.stopAll() {
		if r.JobID != "" && r.Outcome != protocol.ReleaseDone && r.Outcome != protocol.ReleaseNoJob {
			w.t.Errorf("released: %+v", r)
		}
	}
	nothingLeft(w.t, w.site)
}

// stopAll stops every kernel of the window.
func (w *window) stopAll() []protocol.Release {
	w.t.Helper()
	var stopped protocol.KernelStopResult
	if err := w.call(protocol.MethodKernelStop, protocol.KernelStopParams{All: true}, &stopped); err != nil {
		w.t.Fatal(err)
	}
	return stopped.Released
}

// releaseAll is stopAll with a check that all jobs are released.
func (w *window) releaseAll() {
	w.t.Helper()
	for _, r := range w.stopAll() {
		if r.Outcome != protocol.ReleaseDone {
			w.t.Errorf("released: %+v", r)
		}
	}
}

// awaitSubmitted waits until a session has a job that waits or runs.
func (w *window) awaitSubmitted() protocol.Session {
	w.t.Helper()
	return w.await("submitted", func(s protocol.Session) bool { return s.JobID != "" && s.State != protocol.StateEnded })
}

// failedStart returns the problem of a start that must fail.
func failedStart(t *testing.T, answer <-chan started) protocol.Problem {
	t.Helper()
	select {
	case s := <-answer:
		if s.err == nil {
			t.Fatalf("a kernel started: %+v", s.Session)
		}
		return problemOf(t, s.err)
	case <-time.After(3 * waitLimit):
		t.Fatal("kernel/start: no answer")
	}
	panic("unreachable")
}

// onEachNode calls a function for each compute node.
func onEachNode(t *testing.T, site *testcluster.Site, do func(node string) error) {
	t.Helper()
	for _, node := range site.Nodes() {
		if err := do(node); err != nil {
			t.Fatal(err)
		}
	}
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
