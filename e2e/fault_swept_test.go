//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestKilledJobIsClearedUp: a job that was killed with -9 could clear nothing up. The
// next one on its node does, and the next start what is very old in the home directory;
// what belongs to a job that runs stays.
func TestKilledJobIsClearedUp(t *testing.T) {
	t.Parallel()
	took(t)
	site := testcluster.Start(t, testcluster.Options{Nodes: []string{"scs0151"}})
	w := openWindow(t, site)
	running := remembering(t, w.start(protocol.KernelRequest{}))
	killed := w.start(protocol.KernelRequest{}).Session
	site.MustExec(t, "scs0151", "root", "sh", "-c", "for p in $(pgrep -u alice); do if grep -qzx SLURM_JOB_ID="+killed.JobID+" /proc/$p/environ; then echo $p; fi; done | xargs kill -KILL 2>/dev/null; true")
	w.end(killed.ID)
	const old = "/home/alice/.sunpyter/sessions/k00000000000"
	site.MustExec(t, "login", "alice", "sh", "-c", "mkdir "+old+" && touch -d '61 days ago' "+old+"/lease")
	if n := privateFolders(t, site, "scs0151"); n != 2 {
		t.Fatalf("%d private folders after the kill", n)
	}
	answers(t, w.start(protocol.KernelRequest{}))
	eventually(t, patience, func() bool { return privateFolders(t, site, "scs0151") == 2 }, func() string { return "what the killed job left is still there" })
	running.survived()
	w.stopAll()
	nothingLeft(t, site)
}

// privateFolders counts the private folders on a node.
func privateFolders(t *testing.T, site *testcluster.Site, node string) int {
	t.Helper()
	out, err := site.Exec(t.Context(), node, "root", "find", "/tmp", "-maxdepth", "1", "-name", "sunpyter.*")
	must(t, err)
	return len(strings.Fields(out))
}
