//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestFolderOfAKilledJobIsRemoved: a job that was killed with -9 could not clean up. The
// next one on its node does. The next start removes what is old in the home directory:
// of jobs that Slurm does not know any more, and what is very old; what belongs to a job
// that runs, or to another Slurm's, stays.
func TestFolderOfAKilledJobIsRemoved(t *testing.T) {
	t.Parallel()
	site, w := startWindow(t, testcluster.Options{Nodes: []string{"scs0151"}})
	running := openSurvivor(t, w.start(protocol.KernelRequest{}))
	killed := w.start(protocol.KernelRequest{}).Session
	site.MustExec(t, "scs0151", "root", "sh", "-c", "for p in $(pgrep -u alice); do if grep -qzx SLURM_JOB_ID="+killed.JobID+" /proc/$p/environ; then echo $p; fi; done | xargs kill -KILL 2>/dev/null; true")
	w.awaitEnd(killed.ID)
	site.MustExec(t, "login", "alice", "sh", "-c", "cd ~/.sunpyter/sessions && touch -d '2 days ago' */lease && cp -a "+running.ready.Session.ID+
		" kcancelled && cp -a kcancelled kanother && echo x >kanother/cluster && mkdir kveryold && touch -d '61 days ago' kveryold/lease")
	if n := privateFolders(t, site, "scs0151"); n != 2 {
		t.Fatalf("%d private folders after the kill", n)
	}
	checkAnswers(t, w.start(protocol.KernelRequest{}))
	eventually(t, waitLimit, func() bool { return privateFolders(t, site, "scs0151") == 2 }, func() string { return "what the killed job left is still there" })
	running.checkSurvived()
	sessions := func() string { return site.MustExec(t, "login", "alice", "sh", "-c", "ls ~/.sunpyter/sessions") }
	eventually(t, waitLimit, func() bool { return !strings.Contains(sessions(), "kcancelled") }, sessions)
	if left := sessions(); strings.Contains(left, "kveryold") || !strings.Contains(left, "kanother") || !strings.Contains(left, running.ready.Session.ID) {
		t.Errorf("there are %s", left)
	}
	site.MustExec(t, "login", "alice", "sh", "-c", "rm -r ~/.sunpyter/sessions/kanother")
	w.stopAll()
	nothingLeft(t, site)
}

// privateFolders counts the private folders on a node.
func privateFolders(t *testing.T, site *testcluster.Site, node string) int {
	t.Helper()
	out, _ := site.Exec(t.Context(), node, "root", "sh", "-c", "ls -d /tmp/sunpyter.*") // fails where there is none
	return len(strings.Fields(out))
}
