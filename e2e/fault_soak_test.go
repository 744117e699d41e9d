//go:build unix

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// soak is a site that is used and broken at random.
type soak struct {
	t      *testing.T
	site   *testcluster.Site
	laptop *laptop // whose windows share a login
	begun  atomic.Int64

	mu      sync.Mutex
	orphans map[string]bool // the sessions whose owners were killed
}

// TestSoak: sessions start and stop in random order, while random things break.
// Afterwards nothing of any of them is left, anywhere. SUNPYTER_SEED repeats one, as
// far as the machine's own pace allows.
func TestSoak(t *testing.T) {
	t.Parallel()
	requireFaults(t, "it takes ten minutes")
	const length, hands = 10 * time.Minute, 5
	if !runAlone(t, length+10*time.Minute) {
		return
	}
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("SUNPYTER_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("SUNPYTER_SEED=%d", seed)
	site := testcluster.Start(t, testcluster.Options{})
	_, err := binary()
	must(t, err)
	s := &soak{t: t, site: site, laptop: newLaptop(t, site, &codePrompter{}), orphans: map[string]bool{}}
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	over := make(chan struct{})
	var group sync.WaitGroup
	for i := range hands {
		h := &worker{s, random(seed, i+1), s.settings(i)}
		group.Go(func() { h.run(over) })
	}
	group.Go(func() { s.breakThings(random(seed, 0), over) })
	time.Sleep(length)
	close(over)
	group.Wait()
	s.awaitNothingLeft()
	eventually(t, waitLimit, func() bool {
		return runtime.NumGoroutine() <= goroutines+2 && openDescriptors(t) <= descriptors+2
	}, func() string {
		return fmt.Sprintf("goroutines %d, before %d; descriptors %d, before %d", runtime.NumGoroutine(), goroutines, openDescriptors(t), descriptors)
	})
	measure(t, "sessions", "%d in %s", s.begun.Load(), units.Duration(length))
	measure(t, "left", "nothing")
}

// runAlone runs the test again in a process of its own, whose goroutines and descriptors
// can be counted while other tests run here; true in that process.
func runAlone(t *testing.T, limit time.Duration) bool {
	t.Helper()
	if testing.Short() {
		t.Skip("no site with -short")
	}
	const marker = "SUNPYTER_ALONE"
	if os.Getenv(marker) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout="+limit.String())
	cmd.Env = append(os.Environ(), marker+"=1")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
	return false
}

// awaitNothingLeft waits until nothing is left. Whatever lost its owner to a fault ends by its
// lease; a job that was released, and that a controller which crashed then has
// forgotten to end, as soon as it starts.
func (s *soak) awaitNothingLeft() {
	site, t := s.site, s.t
	s.laptop.signal(syscall.SIGTERM)
	site.MustExec(t, "ctl", "root", "sh", "-c", "squeue -h -t PD -o %i | xargs -r scontrol release")
	eventually(t, shortGrace+2*waitLimit, s.jobsEnded, func() string { return fmt.Sprintf("left: %q", findLeftovers(t, site)) })
	site.CancelAll(t)
	site.MustExec(t, "login", "alice", "sh", "-c", "rm -rf ~/.sunpyter/ended; rmdir ~/.sunpyter/sessions ~/.sunpyter 2>/dev/null; true")
	s.removeLeftFolders()
	nothingOfOurs(t, site)
}

// jobsEnded reports whether nothing of any job runs or waits. A controller that crashed
// may list one that has ended for much longer.
func (s *soak) jobsEnded() bool {
	s.resumeNodes()
	jobs := activeJobs(s.t, s.site)
	if len(jobs) == 0 {
		return true
	}
	for _, job := range jobs {
		if job.State != "RUNNING" {
			return false
		}
	}
	for _, node := range s.site.Nodes() {
		processes, err := s.site.Processes(node, "alice")
		if err != nil || slices.ContainsFunc(processes, func(p testcluster.Process) bool { return !strings.HasPrefix(p.Command(), "sshd: ") }) {
			return false
		}
	}
	s.t.Logf("Slurm lists %v, of which nothing runs", jobs)
	return true
}

// resumeNodes returns the nodes to Slurm that it took out of use when their daemon or the
// controller was away.
func (s *soak) resumeNodes() {
	_, _ = s.site.Exec(s.t.Context(), "ctl", "root", "sh", "-c", "for n in $(sinfo -h -N -t down,drain,fail -o %n | sort -u); do scontrol update nodename=$n state=resume; done")
}

// removeLeftFolders has the next kernels clear up what no job could: an admin has cancelled one that
// waited without an owner, or a controller that had crashed has killed one with -9.
func (s *soak) removeLeftFolders() {
	site, t := s.site, s.t
	const sessions = "/home/alice/.sunpyter/sessions/"
	var left, owned []string
	eventually(t, loginshell.MaxSilence+waitLimit, func() bool { // a script that made one may wait on a lost connection
		var err error
		left, err = site.Files(sessions + "*")
		must(t, err)
		owned = slices.DeleteFunc(slices.Clone(left), func(folder string) bool { return s.orphans[path.Base(folder)] })
		return len(owned) == 0
	}, func() string { return fmt.Sprintf("sessions have left their folders: %q", owned) })
	if len(left) > 0 {
		site.MustExec(t, "login", "alice", "sh", "-c", "touch -d '61 days ago' "+sessions+"*/lease")
	}
	w := openWindow(t, site)
	for _, node := range site.Nodes() {
		w.start(protocol.KernelRequest{SbatchOptions: []string{"--nodelist=" + node}})
		eventually(t, waitLimit, func() bool { return privateFolders(t, site, node) == 1 }, func() string { return "private folders are left on " + node })
	}
	w.stopAll()
	w.close()
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(files)
}

// random returns numbers below n, the same for each seed and stream.
func random(seed uint64, stream int) func(n int) int {
	return rand.New(rand.NewPCG(seed, uint64(stream))).IntN
}

// settings returns the settings of a worker's windows: every other worker's share a login, as
// by default.
func (s *soak) settings(hand int) []setting {
	if hand%2 == 0 {
		return s.laptop.settings()
	}
	return nil
}

// worker starts and ends sessions, one after the other.
type worker struct {
	*soak
	pick     func(n int) int
	settings []setting
}

// run opens windows, starts kernels in them and ends both, in some way; some it
// starts in a terminal, and kills.
func (h *worker) run(over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		default:
		}
		if h.pick(4) == 0 {
			h.killProgram()
			continue
		}
		w := openWindow(h.t, h.site, h.settings...)
		for range 1 + h.pick(3) {
			h.runSession(w)
		}
		if h.pick(2) == 0 {
			_ = w.call(protocol.MethodKernelStop, protocol.KernelStopParams{All: true}, &protocol.KernelStopResult{})
		}
		w.close()
	}
}

// killProgram starts a kernel in a terminal, which dies with its server at some time.
func (h *worker) killProgram() {
	h.begun.Add(1)
	p := run(h.t, h.site, "--grace", shortGrace.String())
	time.Sleep(time.Duration(h.pick(6000)) * time.Millisecond)
	p.killAll()
	<-p.done
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range p.events {
		h.orphans[e.Session.ID] = true
	}
	records, _ := filepath.Glob(p.stateDir() + "/sessions/*.json") // what its server could not report
	for _, file := range records {
		h.orphans[strings.TrimSuffix(filepath.Base(file), ".json")] = true
	}
}

// runSession starts one kernel, and stops it at once, when it is ready, or not at all.
func (h *worker) runSession(w *window) {
	h.begun.Add(1)
	request := protocol.KernelRequest{GraceSeconds: int(shortGrace.Seconds())}
	if h.pick(4) == 0 {
		request.SbatchOptions = []string{"--hold"}
	}
	how, when, stops := h.pick(3), time.Duration(h.pick(2000))*time.Millisecond, h.pick(2) == 0
	id, answer := w.begin(request)
	switch how {
	case 0:
		time.Sleep(when)
		_ = w.rpc.Notify(h.t.Context(), protocol.MethodCancelRequest, protocol.CancelParams{ID: id.Str})
		<-answer
	case 1:
		select {
		case ready := <-answer:
			if ready.err == nil && stops {
				_ = w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: ready.Session.ID}, &protocol.KernelStopResult{})
			}
		case <-time.After(10 * time.Second): // it is held, or something is broken
		}
	}
}

// breakThings breaks one thing after the other, and repairs it.
func (s *soak) breakThings(pick func(n int) int, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-time.After(time.Duration(1000+pick(4000)) * time.Millisecond):
		}
		s.resumeNodes()
		name, do := s.fault(pick)
		s.t.Logf("%s: %s", time.Now().Format(time.TimeOnly), name)
		if err := do(); err != nil {
			s.t.Errorf("%s: %v", name, err)
		}
	}
}

// fault returns one thing that breaks for some seconds.
func (s *soak) fault(pick func(n int) int) (name string, do func() error) {
	short := time.Duration(500+pick(4000)) * time.Millisecond
	during := func(breakIt, mend func() error) func() error {
		return func() error {
			if err := breakIt(); err != nil {
				return err
			}
			time.Sleep(short)
			return mend()
		}
	}
	root := func(command string) func() error {
		return func() error {
			_, _ = s.site.Exec(s.t.Context(), "login", "root", "sh", "-c", command)
			return nil
		}
	}
	faults := []struct {
		name string
		do   func() error
	}{
		{"the link is cut", during(s.site.Cut, s.site.Uncut)},
		{"the link forgets", s.site.Forget},
		{"login sessions are killed", root("pkill -KILL -u alice sshd")},
		{"login's sshd restarts", during(func() error { return s.site.StopService("login", "sshd") }, func() error { return s.site.StartService("login", "sshd") })},
		{"the link is slow", during(func() error { return s.site.SetDelay(100 * time.Millisecond) }, func() error { return s.site.SetDelay(0) })},
		{"the controller stops", during(func() error { return s.site.StopService("ctl", "slurmctld") }, func() error { return s.site.StartService("ctl", "slurmctld") })},
		{"an admin cancels everything", func() error {
			_, _ = s.site.Exec(s.t.Context(), "ctl", "root", "scancel", "-u", "alice")
			return nil
		}},
		{"slurmd stops", during(func() error { return s.site.StopService("scs0151", "slurmd") }, func() error { return s.site.StartService("scs0151", "slurmd") })},
		{"the process that keeps a login is killed", func() error { s.laptop.signal(syscall.SIGKILL); return nil }},
	}
	f := faults[pick(len(faults))]
	return f.name, f.do
}
