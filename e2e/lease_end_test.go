//go:build unix

package e2e

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestLeaseEndsInOrder: the laptop dies, and the job ends by itself: its
// kernels are asked to end and may do their last work, our files go, and the
// reason is found from this computer and from another.
func TestLeaseEndsInOrder(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t, "--grace", shortGrace.String())
	ready := p.ready()
	const exitMark = "/home/alice/exit-mark"
	k := openKernel(t, ready.result())
	k.run("import atexit\natexit.register(lambda: open('" + exitMark + "', 'w').write('done'))")
	p.killAll()
	eventually(t, shortGrace+waitLimit, func() bool { return len(remainingJobs(t, site)) == 0 }, func() string { return "the job is still there" })
	if text, err := site.ReadFile("login", exitMark); err != nil || string(text) != "done" {
		t.Errorf("the kernel was not asked to end: %q, %v", text, err)
	}
	site.MustExec(t, "login", "alice", "rm", "-f", exitMark)

	here, elsewhere := openWindow(t, site, stateDirSetting(p.stateDir())), openWindow(t, site)
	for name, w := range map[string]*window{"here": here, "elsewhere": elsewhere} {
		list := w.list(protocol.KernelListParams{Cluster: "alice@login"})
		if len(list.Sessions) != 0 || len(list.Ended) != 1 {
			t.Fatalf("%s: %+v", name, list)
		}
		s := list.Ended[0]
		if s.ID != ready.Session.ID || s.JobID != ready.Session.JobID || s.State != protocol.StateEnded || s.EndedAt == nil || s.Cause == nil ||
			s.Cause.Code != "ended.no-sign-of-owner" || !strings.Contains(s.Cause.Answer, "nothing heard from your computer for 1") {
			t.Errorf("%s: %+v, cause %+v", name, s, s.Cause)
		}
	}
	if list := here.list(protocol.KernelListParams{}); len(list.Sessions) != 0 || len(list.Ended) != 1 || list.Ended[0].Node != ready.Session.Node {
		t.Errorf("afterwards, without the cluster: %+v", list)
	}
	here.close()
	elsewhere.close()
	nothingLeftExcept(t, site, "/home/alice/.sunpyter/ended")
}

// TestKilledWhileEnding: a site with a short KillWait kills the job before a hanging Jupyter
// has ended. No secret is left on the node.
func TestKilledWhileEnding(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{KillWait: 2 * time.Second})
	node := w.start(protocol.KernelRequest{}).Session.Node
	site.MustExec(t, node, "alice", "pkill", "-STOP", "-f", "ServerApp.sock")
	w.stopAll()
	eventually(t, waitLimit, func() bool { return len(remainingJobs(t, site)) == 0 }, func() string { return "the job is still there" })
	left := site.MustExec(t, node, "root", "sh", "-c", "cd /tmp; find . -path './sunpyter.*' -type f")
	for _, secret := range []string{"/token", "/where", "/run/"} {
		if strings.Contains(left, secret) {
			t.Errorf("left on the node: %s", left)
		}
	}
	site.MustExec(t, node, "root", "sh", "-c", "rm -rf /tmp/sunpyter.*")
	nothingLeft(t, site)
}

// TestFilesWrittenWhileEnding: what writes in the job's private folder while that is removed
// leaves none of it on the node.
func TestFilesWrittenWhileEnding(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	node := w.start(protocol.KernelRequest{}).Session.Node
	const writer = `cd /tmp/sunpyter.* && while [ -e lock ]; do : >late; done; for ((i = 0; i < 5000; i++)); do : >late || exit 0; done`
	written := make(chan error, 1)
	go func() {
		_, err := site.Exec(context.WithoutCancel(t.Context()), node, "alice", "bash", "-c", writer)
		written <- err
	}()
	eventually(t, waitLimit, func() bool {
		_, err := site.Exec(t.Context(), node, "alice", "sh", "-c", "ls /tmp/sunpyter.*/late")
		return err == nil
	}, func() string { return "nothing is written" })
	w.stopAll()
	nothingLeft(t, site)
	must(t, <-written)
}

// TestDamagedRecordLosesNoJob: the record on this computer is quarantined and reported,
// and the job is found on its cluster, where its owner still has it.
func TestDamagedRecordLosesNoJob(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	owner := openWindow(t, site, stateDirSetting(dir))
	ready := owner.start(protocol.KernelRequest{})
	record := dir + "/sessions/" + ready.Session.ID + ".json"
	for _, damage := range []string{"{", "", `[1]`} { // one of a newer version counts as taken over; see store's tests
		must(t, os.WriteFile(record, []byte(damage), 0o600))
		w := openWindow(t, site, stateDirSetting(dir))
		list := w.list(protocol.KernelListParams{Cluster: "alice@login"})
		if len(list.Sessions) != 1 || list.Sessions[0].JobID != ready.Session.JobID {
			t.Errorf("%q: %+v", damage, list)
		}
		w.close()
		checkAnswers(t, ready)
	}
	eventually(t, waitLimit, func() bool { s := owner.onlyListed(); return s.Owned && s.State == protocol.StateReady }, func() string { return "the owner lost its kernel" })
	measure(t, "job and kernel", "kept")
	owner.close()
	nothingLeft(t, site)
}

// list lists kernels.
func (w *window) list(params protocol.KernelListParams) (list protocol.KernelListResult) {
	w.t.Helper()
	must(w.t, w.call(protocol.MethodKernelList, params, &list))
	return list
}

// remainingJobs returns alice's jobs, those too that are leaving their node.
func remainingJobs(t *testing.T, site *testcluster.Site) []testcluster.Job {
	t.Helper()
	return jobsOf(t, site, "alice")
}

// jobsOf returns a user's jobs. A controller that is too busy for an answer is asked again.
func jobsOf(t *testing.T, site *testcluster.Site, user string) (jobs []testcluster.Job) {
	t.Helper()
	var err error
	eventually(t, waitLimit, func() bool {
		jobs, err = site.Jobs(user)
		return err == nil
	}, func() string { return err.Error() })
	return jobs
}

// TestFolderOfANeverStartedJobIsRemoved: it was cancelled while pending and without an
// owner. The next list removes what is left of it, and nothing else.
func TestFolderOfANeverStartedJobIsRemoved(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t, "--sbatch-option=--hold")
	waits, _ := p.await(func(e event) bool { return e.Event == "session" && e.Session.Pending != nil })
	p.killAll()
	site.MustExec(t, "ctl", "root", "scancel", waits.Session.JobID)
	w := openWindow(t, site)
	ready := w.start(protocol.KernelRequest{})
	for _, id := range []string{waits.Session.ID, ready.Session.ID} {
		site.MustExec(t, "login", "alice", "touch", "-d", "1 hour ago", "/home/alice/.sunpyter/sessions/"+id+"/lease")
	}
	w.list(protocol.KernelListParams{Cluster: "alice@login"})
	folders, err := site.Files("/home/alice/.sunpyter/sessions/*")
	if err != nil || len(folders) != 1 || !strings.HasSuffix(folders[0], ready.Session.ID) {
		t.Errorf("folders %v, %v", folders, err)
	}
	w.close()
	nothingLeft(t, site)
}
