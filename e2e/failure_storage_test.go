//go:build unix

package e2e

import (
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestHomeNotWritable: reported before there is a job.
func TestHomeNotWritable(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	for _, row := range []struct {
		state  testcluster.HomeState
		answer string
		advice string
	}{
		{testcluster.HomeFull, "No space left on device", "free some space"},
		{testcluster.HomeReadOnly, "Read-only file system", "if it is read-only"},
	} {
		t.Run(string(row.state), func(t *testing.T) {
			must(t, site.SetHome("alice", row.state))
			wantProblem{fault.HomeNotWritable, row.answer, row.advice}.check(t, w.failStart("alice@login", protocol.KernelRequest{WorkingDirectory: "/cdt_storage/alice"}))
			must(t, site.SetHome("alice", testcluster.HomeNormal))
			nothingLeft(t, site)
		})
	}
	w.checkStartsAgain()
}

// TestHomeTurnsReadOnlyWhileTheJobWaits: the job cannot write where it is, so
// its exit code says that it could not.
func TestHomeTurnsReadOnlyWhileTheJobWaits(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	answer := startHeldJob(t, w, func() { must(t, site.SetHome("alice", testcluster.HomeReadOnly)) })
	// The folder can only be removed when the home is writable again.
	problem := failedStart(t, answer)
	must(t, site.SetHome("alice", testcluster.HomeNormal))
	wantProblem{fault.HomeNotWritable, "the job could not write", "if it is read-only"}.check(t, problem)
	site.MustExec(t, "login", "alice", "rm", "-r", "/home/alice/.sunpyter")
	w.checkStillWorks()
}

// TestHomeFillsUp: a full home prevents neither a pending job
// from becoming a kernel nor its release.
func TestHomeFillsUp(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{})
	answer := startHeldJob(t, w, func() { must(t, site.SetHome("alice", testcluster.HomeFull)) })
	ready := <-answer
	must(t, ready.err)
	checkAnswers(t, ready.KernelStartResult)
	measure(t, "the job", "became a kernel")
	w.releaseAll()
	nothingLeft(t, site)
	must(t, site.SetHome("alice", testcluster.HomeNormal))
	w.checkStillWorks()
}

// startHeldJob begins a start whose job is held in the queue until meanwhile is done.
func startHeldJob(t *testing.T, w *window, meanwhile func()) <-chan started {
	t.Helper()
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
	job := w.awaitSubmitted()
	meanwhile()
	w.site.MustExec(t, "ctl", "root", "scontrol", "release", job.JobID)
	return answer
}

// TestWorkdirMissingOnTheNode: it exists on login, but not on the node.
func TestWorkdirMissingOnTheNode(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	const dir = "/var/tmp/only-on-login"
	site.MustExec(t, "login", "alice", "mkdir", dir)
	t.Cleanup(func() { site.MustExec(t, "login", "alice", "rmdir", dir) })
	w := openWindow(t, site)
	wantProblem{fault.WorkdirMissing, "doesn't exist", "login node and the compute nodes share"}.check(t, w.failStart("alice@login", protocol.KernelRequest{WorkingDirectory: dir}))
	nothingLeft(t, site)
	w.checkStillWorks()
}
