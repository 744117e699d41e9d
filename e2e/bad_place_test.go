//go:build unix

package e2e

import (
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestHomeThatCannotBeWritten: told before there is a job.
func TestHomeThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	w := openWindow(t, site)
	for _, row := range []struct {
		state  testcluster.HomeState
		answer string
		advice string
	}{
		{testcluster.HomeFull, "No space left on device", "free some space"},
		{testcluster.HomeReadOnly, "Read-only file system", "if it is read-only"},
	} {
		t.Run(string(row.state), func(t *testing.T) {
			took(t)
			must(t, site.SetHome("alice", row.state))
			wanted{fault.HomeNotWritable, row.answer, row.advice}.check(t, w.refused("alice@login", protocol.KernelRequest{WorkingDirectory: "/cdt_storage/alice"}))
			must(t, site.SetHome("alice", testcluster.HomeNormal))
			nothingLeft(t, site)
		})
	}
	w.servesOn()
}

// TestHomeTurnsReadOnlyWhileTheJobWaits: the job cannot write where it is, so
// its exit code says that it could not.
func TestHomeTurnsReadOnlyWhileTheJobWaits(t *testing.T) {
	t.Parallel()
	took(t)
	site := testcluster.Start(t, testcluster.Options{})
	w := openWindow(t, site)
	answer := waitingJob(t, w, func() { must(t, site.SetHome("alice", testcluster.HomeReadOnly)) })
	// The folder can go only when the home can be written again.
	problem := outcome(t, answer)
	must(t, site.SetHome("alice", testcluster.HomeNormal))
	wanted{fault.HomeNotWritable, "the job could not write", "if it is read-only"}.check(t, problem)
	site.MustExec(t, "login", "alice", "rm", "-r", "/home/alice/.sunpyter")
	w.servesOn()
}

// TestHomeFillsUp: a home without room for a byte more stops neither a job that
// waited from becoming a kernel nor its release.
func TestHomeFillsUp(t *testing.T) {
	t.Parallel()
	took(t)
	site := testcluster.Start(t, testcluster.Options{})
	w := openWindow(t, site)
	answer := waitingJob(t, w, func() { must(t, site.SetHome("alice", testcluster.HomeFull)) })
	ready := <-answer
	must(t, ready.err)
	answers(t, ready.KernelStartResult)
	measured(t, "the job", "became a kernel")
	for _, r := range w.stopAll() {
		if r.Outcome != protocol.ReleaseDone {
			t.Errorf("released: %+v", r)
		}
	}
	nothingLeft(t, site)
	must(t, site.SetHome("alice", testcluster.HomeNormal))
	w.servesOn()
}

// waitingJob begins a start whose job is held in the queue until meanwhile is done.
func waitingJob(t *testing.T, w *window, meanwhile func()) <-chan started {
	t.Helper()
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}, WorkingDirectory: "/cdt_storage/alice"})
	job := w.submitted()
	meanwhile()
	w.site.MustExec(t, "ctl", "root", "scontrol", "release", job.JobID)
	return answer
}

// TestWorkdirThatOnlyLoginHas: what login sees need not be on the node.
func TestWorkdirThatOnlyLoginHas(t *testing.T) {
	t.Parallel()
	took(t)
	site := testcluster.Shared(t)
	const dir = "/var/tmp/only-on-login"
	site.MustExec(t, "login", "alice", "mkdir", dir)
	t.Cleanup(func() { site.MustExec(t, "login", "alice", "rmdir", dir) })
	w := openWindow(t, site)
	wanted{fault.WorkdirMissing, "no such directory", "login node and the compute nodes share"}.check(t, w.refused("alice@login", protocol.KernelRequest{WorkingDirectory: dir}))
	nothingLeft(t, site)
	w.servesOn()
}
