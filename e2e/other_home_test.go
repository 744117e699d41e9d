//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// nodeHomes are homes of compute nodes that are not the login node's.
var nodeHomes = []struct {
	name   string
	mount  []string
	answer string // of a start without a directory that both have
}{
	{"absent", []string{"mount -t tmpfs -o mode=755 none /home"}, "the home directory there is a different one, or missing"},
	{"read-only", []string{"mount --bind /home/alice /home/alice", "mount -o remount,bind,ro /home/alice"}, "could not write to ~/.sunpyter in your home directory on the compute node scs015"},
	{"another", []string{"mount -t tmpfs -o mode=755 none /home", "install -d -o alice -g alice /home/alice"}, "the home directory there is a different one, or missing"},
}

// TestHomeThatNodesLack: a kernel starts if its working directory is on another disk;
// otherwise the error names the cause and the workaround.
func TestHomeThatNodesLack(t *testing.T) {
	t.Parallel()
	for _, row := range usual(t, 2, nodeHomes) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			site, w := startWindow(t, testcluster.Options{})
			onEachNode(t, site, func(node string) error {
				for _, command := range row.mount {
					if out, err := site.Exec(t.Context(), node, "root", "sh", "-c", command); err != nil {
						t.Fatalf("%s: %v: %s", command, err, out)
					}
				}
				return nil
			})
			ready := w.start(protocol.KernelRequest{WorkingDirectory: "/cdt_storage/$USER"})
			if out := execute(t, ready, "import os; print(os.getcwd())"); strings.TrimSpace(out) != "/cdt_storage/alice" {
				t.Errorf("cells run in %s", out)
			}
			w.stopAll()
			nothingLeft(t, site)
			noFolder(t, site)
			wantProblem{fault.HomeNotWritable, row.answer, "session_dir"}.check(t, w.failStart("alice@login", protocol.KernelRequest{}))
			nothingLeft(t, site)
		})
	}
}

// TestFolderInTheWorkingDirectoryGoes: where nodes have the home directory, the second
// folder is removed once the job runs, or is cancelled while it waits.
func TestFolderInTheWorkingDirectoryGoes(t *testing.T) {
	t.Parallel()
	site, w := sharedWindow(t)
	w.start(protocol.KernelRequest{WorkingDirectory: "/cdt_storage/$USER"})
	noFolder(t, site)
	w.stopAll()
	_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}, WorkingDirectory: "/cdt_storage/$USER"})
	job := w.awaitSubmitted()
	w.stopAll()
	if s := <-answer; s.err == nil {
		t.Errorf("job %s started", job.JobID)
	}
	noFolder(t, site)
	nothingLeft(t, site)
}

// noFolder checks that no folder of a session is left in the working directory.
func noFolder(t *testing.T, site *testcluster.Site) {
	t.Helper()
	eventually(t, waitLimit, func() bool {
		return site.MustExec(t, "login", "alice", "find", "/cdt_storage/alice", "-maxdepth", "1", "-name", ".sunpyter*") == ""
	}, func() string { return "a folder is left in the working directory" })
}
