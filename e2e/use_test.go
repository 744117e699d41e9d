//go:build unix

package e2e

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestUse: what is reported is what the job's control groups say, within 3 %; and nothing is
// reported as missing in a job that has what was asked for.
func TestUse(t *testing.T) {
	t.Parallel()
	site := startMemorySite(t)
	w := openWindow(t, site, timingSetting(func(when *session.Timing) { when.Use, when.Teach = time.Hour, 0 })) // at the beginning only
	ready := w.start(protocol.KernelRequest{MemoryMiB: 2 * 1024, CPUs: 2})
	id := ready.Session.ID
	if s := w.await("use", func(s protocol.Session) bool { return s.ID == id && s.Use != nil }); s.Use.MemoryLimitMiB != 2*1024 || s.Use.MemoryMiB < 20 {
		t.Errorf("at the beginning: %+v", s.Use)
	}
	k := openKernel(t, ready)
	k.run("held = b'x' * (300 << 20)")
	group := jobGroup{t, site, ready.Session.Node, ready.Session.JobID}

	cpuBefore, first := group.cpu(), time.Now()
	lookAtUse(t, w, id)
	begun := time.Now()
	k.run("import time\nbegan = time.process_time()\nwhile time.process_time() - began < 3: pass")
	group.awaitIdle(k)
	ending := time.Now()
	use := lookAtUse(t, w, id)
	cpuAfter, last := group.cpu(), time.Now()

	spent := cpuAfter - cpuBefore
	least, most := 100*float64(spent)/float64(last.Sub(first)), 100*float64(spent)/float64(ending.Sub(begun))
	if got := float64(use.CPUPercent); got < 0.97*least-1 || got > 1.03*most+1 {
		t.Errorf("%v %% of a CPU, want %v to %v", got, least, most)
	}
	if is, got := group.memory(), use.MemoryMiB; math.Abs(float64(got-is)) > 0.03*float64(is) {
		t.Errorf("%d MiB of memory, the control group says %d", got, is)
	}
	measure(t, "memory reported / that of the control group", "%d MiB / %d MiB", use.MemoryMiB, group.memory())
	k.run("del held")
	// The most so far is remembered, and the samples of the job have it.
	eventually(t, waitLimit, func() bool {
		use = lookAtUse(t, w, id)
		return use.MemoryMiB < 200 && use.MostMemoryMiB >= 300+20 && use.MostCPUPercent >= 10
	}, func() string { return "the most is not remembered" })
	if peak := group.peak(); use.MostMemoryMiB > peak+1 {
		t.Errorf("at most %d MiB, the control group says %d", use.MostMemoryMiB, peak)
	}
	// The job has what was asked for.
	if s := w.await("ready", inState(protocol.StateReady)); s.Notice != "" {
		t.Errorf("notice %q", s.Notice)
	}
	w.stopAll()
	if s := w.await("end", inState(protocol.StateEnded)); s.Use == nil || s.Use.EnoughMemoryMiB != 1024 || s.Use.EnoughCPUs == 0 {
		t.Errorf("at the end: %+v", s.Use)
	}
	nothingLeft(t, site)
}

// lookAtUse asks what a kernel uses.
func lookAtUse(t *testing.T, w *window, id string) protocol.Use {
	t.Helper()
	var result protocol.KernelUseResult
	must(t, w.call(protocol.MethodKernelUse, protocol.KernelUseParams{SessionID: id}, &result))
	return result.Use
}

// jobGroup reads the control groups of a job, as root.
type jobGroup struct {
	t         *testing.T
	site      *testcluster.Site
	node, job string
}

// read returns a file of the job's group.
func (g jobGroup) read(controller, file string) string {
	g.t.Helper()
	return g.site.MustExec(g.t, g.node, "root", "sh", "-c", "cat $(find /sys/fs/cgroup/"+controller+" -name job_"+g.job+")/"+file)
}

func (g jobGroup) number(controller, file string) int64 {
	g.t.Helper()
	n, err := strconv.ParseInt(strings.TrimSpace(g.read(controller, file)), 10, 64)
	must(g.t, err)
	return n
}

// cpu returns the CPU time of the job so far.
func (g jobGroup) cpu() time.Duration { return time.Duration(g.number("cpuacct", "cpuacct.usage")) }

// memory returns its memory without inactive files, in MiB.
func (g jobGroup) memory() int {
	_, rest, _ := strings.Cut(g.read("memory", "memory.stat"), "total_inactive_file ")
	inactive, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseInt(inactive, 10, 64)
	must(g.t, err)
	return int((g.number("memory", "memory.usage_in_bytes") - n) >> 20)
}

// peak returns the highest memory so far, in MiB.
func (g jobGroup) peak() int { return int(g.number("memory", "memory.max_usage_in_bytes") >> 20) }

// awaitIdle waits until nothing computes in the job.
func (g jobGroup) awaitIdle(k *kernel) {
	g.t.Helper()
	k.run("1") // the kernel has sent all answers
	before := g.cpu()
	eventually(g.t, waitLimit, func() bool {
		now := g.cpu()
		idle := now-before < 20*time.Millisecond
		before = now
		return idle
	}, func() string { return "the job does not become idle" })
}

// TestUseCost: our scripts cost at most 0.2 % of a core on the node, more on a slow one, while a client asks for
// the use every 5 s, as an editor's view does.
func TestUseCost(t *testing.T) {
	requireFaults(t, "it measures for a minute")
	site := testcluster.Start(t, testcluster.Options{}) // where nothing else runs
	w := openWindow(t, site)
	ready := w.start(protocol.KernelRequest{})
	lookAtUse(t, w, ready.Session.ID)
	before, begun := scriptsCPU(t, site, ready.Session.Node), time.Now()
	for time.Since(begun) < time.Minute {
		time.Sleep(5 * time.Second) // the editor's pace; nothing is awaited
		lookAtUse(t, w, ready.Session.ID)
	}
	cost := 100 * float64(scriptsCPU(t, site, ready.Session.Node)-before) / float64(time.Since(begun))
	measure(t, "cost on the node while a client asks every 5 s", "%.2f %% of a core", cost)
	if limit := 0.2 * pace.Slowness(); cost > limit {
		t.Errorf("%.2f %% of a core, more than %.2f %%", cost, limit)
	}
}

// scriptsCPU returns the CPU time of our scripts on a node, and of what they have run.
func scriptsCPU(t *testing.T, site *testcluster.Site, node string) time.Duration {
	t.Helper()
	out := site.MustExec(t, node, "root", "sh", "-c", `for p in $(pgrep -u alice -x 'bash|slurm_script'); do cut -d')' -f2 /proc/$p/stat; done`)
	var ticks int64
	for line := range strings.Lines(out) {
		for _, field := range strings.Fields(line)[11:15] { // utime, stime, cutime, cstime
			n, err := strconv.ParseInt(field, 10, 64)
			must(t, err)
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
