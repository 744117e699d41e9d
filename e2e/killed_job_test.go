//go:build unix

package e2e

import (
	"strings"
	"syscall"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestScriptKilled: the batch shell of a running job is killed, alone or with all of the
// user's processes, as a site's cleaner does. Slurm says JobLaunchFailure of that, too,
// but the job did start.
func TestScriptKilled(t *testing.T) {
	t.Parallel()
	for _, row := range usual(t, 2, []struct {
		name   string
		match  string // what a killed process's command contains
		signal syscall.Signal
		answer string
		port   bool // Jupyter listens on a port, as one that is too old for sockets does
	}{
		{"the batch shell, by another signal", "slurm_script", syscall.SIGSEGV, "was killed on the node (signal 11)", false},
		{"the user's processes", "", syscall.SIGKILL, "was killed on the node (signal 9)", false},
		{"the batch shell", "slurm_script", syscall.SIGKILL, "was killed on the node (signal 9)", false},
		{"the user's processes, with Jupyter on a port", "", syscall.SIGKILL, "was killed on the node (signal 9)", true},
	}) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			site, w := startWindow(t, testcluster.Options{})
			if row.port {
				installOldNotebook(t, site)
			}
			s := w.start(protocol.KernelRequest{}).Session
			processes, err := site.Processes(s.Node, "alice")
			must(t, err)
			killed := 0
			for _, p := range processes {
				if strings.Contains(p.Command(), row.match) && syscall.Kill(p.PID, row.signal) == nil {
					killed++
				}
			}
			if killed == 0 {
				t.Fatal("nothing was killed")
			}
			wantProblem{fault.JobFailed, row.answer, "Start a new kernel"}.check(t, w.awaitEnd(s.ID))
			eventually(t, waitLimit, func() bool { return len(jobsOf(t, site, "alice")) == 0 }, func() string { return "a job is left" })
		})
	}
}
