//go:build unix

package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// The memory of the jobs here, in MiB: enough for Jupyter and a kernel.
const little = 400

// greedy uses more than that, page by page.
const greedy = "x = bytearray(900 << 20)"

// startMemorySite returns a site whose jobs' memory is held by control groups, where this
// machine has them.
func startMemorySite(t *testing.T) *testcluster.Site {
	t.Helper()
	site := testcluster.Shared(t)
	if conf := site.MustExec(t, "scs0151", "root", "cat", "/etc/slurm/slurm.conf"); !strings.Contains(conf, "task/cgroup") {
		t.Skip("nothing holds the memory of a job here: this machine has no control groups of version 1")
	}
	return site
}

// TestKernelKilledForItsMemory: Jupyter keeps running, and within 5 s the user sees how much
// the kernel had and how much to request; for a second one too.
func TestKernelKilledForItsMemory(t *testing.T) {
	t.Parallel()
	site := startMemorySite(t)
	w := openWindow(t, site, timingSetting(func(when *session.Timing) { when.ActivityPoll, when.IdleWarning = time.Second, time.Second }))
	ready := w.start(protocol.KernelRequest{MemoryMiB: little, IdleSeconds: 15}) // a busy machine takes its time to start the second one
	quickest := waitLimit
	for kills := 1; kills <= 2; kills++ {
		k := openKernel(t, ready)
		pid := k.pid()
		node := ready.Session.Node
		go func() { _, _ = k.Execute(t.Context(), greedy) }() // it is never answered
		eventually(t, waitLimit, func() bool { return !processRuns(t, site, node, pid) }, func() string { return "the kernel lives on" })
		died := time.Now()
		s := w.await("with the kill counted", func(s protocol.Session) bool { return s.MemoryKills == kills })
		quickest = min(quickest, time.Since(died))
		measure(t, "reported after", "%s", seconds(time.Since(died)))
		t.Log(s.Notice)
		if s.State != protocol.StateReady || s.MemoryMiB != little || s.SuggestedMemoryMiB != 2*little ||
			!strings.Contains(s.Notice, "more than its 400 MB") || !strings.Contains(s.Notice, "with 800 MB") {
			t.Errorf("reported: %+v", s)
		}
		status, _ := probeURL(t, ready)
		if status != http.StatusOK {
			t.Errorf("Jupyter does not live on: %d", status)
		}
	}
	if quickest > 5*time.Second { // a busy machine may take its time once
		t.Errorf("reported after %v", quickest)
	}
	// Jupyter reports a kernel that died in a cell as busy. It is not.
	if cause := w.awaitEnd(ready.Session.ID); cause.Code != string(fault.JobIdle) {
		t.Errorf("it ended with %s", cause.Code)
	}
	nothingLeft(t, site)
}

// TestJobKilledForItsMemory: the cause has the same text and figures
// whether Jupyter was killed or the whole job.
func TestJobKilledForItsMemory(t *testing.T) {
	t.Parallel()
	site := startMemorySite(t)
	for name, victims := range map[string]string{"Jupyter": "[jupyter]", "all of it": "[jupyter, job]"} {
		t.Run(name, func(t *testing.T) {
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{MemoryMiB: little})
			k := openKernel(t, ready)
			k.run(`import os
jupyter = os.getppid()
job = int(open(f"/proc/{jupyter}/stat").read().rsplit(")")[1].split()[1])
for pid in ` + victims + `: # whom Linux is to kill first
    open(f"/proc/{pid}/oom_score_adj", "w").write("1000")`)
			go func() { _, _ = k.Execute(t.Context(), greedy) }()
			cause := w.awaitEnd(ready.Session.ID)
			wantProblem{fault.JobOutOfMemory, "more than its 400 MB of memory", "Start again with 800 MB"}.check(t, cause)
			if s := w.await("ended", inState(protocol.StateEnded)); s.SuggestedMemoryMiB != 2*little {
				t.Errorf("at the end: %+v", s)
			}
			// What a job that was itself killed left there, the next kernel on the node removes.
			w.start(protocol.KernelRequest{SbatchOptions: []string{"--nodelist=" + ready.Session.Node}})
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// processRuns reports whether a process is there and not a zombie.
func processRuns(t *testing.T, site *testcluster.Site, node string, pid int) bool {
	t.Helper()
	out := site.MustExec(t, node, "root", "sh", "-c", fmt.Sprintf("grep -q '^State:.[^ZX]' /proc/%d/status && echo yes; true", pid))
	return slices.Contains(strings.Fields(out), "yes")
}

// pid returns the kernel's own process.
func (k *kernel) pid() int {
	k.t.Helper()
	pid, err := strconv.Atoi(k.run("import os; print(os.getpid())"))
	must(k.t, err)
	return pid
}
