//go:build unix

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// soak is a site that is worked and broken at random.
type soak struct {
	t    *testing.T
	site *testcluster.Site
	rand *rand.Rand

	mu    sync.Mutex
	begun int
}

// TestSoak: sessions start and stop in random order, while random things break.
// Afterwards nothing of any of them is left, anywhere. SUNPYTER_SEED repeats one.
func TestSoak(t *testing.T) {
	length, hands := 20*time.Second, 2
	if longer() {
		length, hands = 10*time.Minute, 3
	}
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("SUNPYTER_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("SUNPYTER_SEED=%d", seed)
	took(t)
	site := testcluster.Start(t, testcluster.Options{})
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	s := &soak{t: t, site: site, rand: rand.New(rand.NewPCG(seed, 0))}
	over := make(chan struct{})
	var group sync.WaitGroup
	for range hands {
		group.Go(func() { s.work(over) })
	}
	group.Go(func() { s.breakThings(over) })
	time.Sleep(length)
	close(over)
	group.Wait()
	// Whatever lost its owner to a fault ends by its lease; a job that was released, and
	// that a controller which crashed then has forgotten to end, as soon as it starts.
	site.MustExec(t, "ctl", "root", "sh", "-c", "squeue -h -t PD -o %i | xargs -r scontrol release")
	eventually(t, shortGrace+2*patience, func() bool { return len(running(t, site)) == 0 }, func() string { return fmt.Sprintf("jobs %v", running(t, site)) })
	site.MustExec(t, "login", "alice", "sh", "-c", "rm -rf ~/.sunpyter/ended; rmdir ~/.sunpyter 2>/dev/null; true")
	nothingLeft(t, site)
	eventually(t, patience, func() bool {
		return runtime.NumGoroutine() <= goroutines+2 && openDescriptors(t) <= descriptors+2
	}, func() string {
		return fmt.Sprintf("goroutines %d, before %d; descriptors %d, before %d", runtime.NumGoroutine(), goroutines, openDescriptors(t), descriptors)
	})
	measured(t, "sessions", "%d in %v", s.begun, length)
	measured(t, "left", "nothing")
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(files)
}

// pick gives a random number below n. Any goroutine may call it.
func (s *soak) pick(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.IntN(n)
}

// work opens windows, starts kernels in them and ends both, in some way.
func (s *soak) work(over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		default:
		}
		w := openWindow(s.t, s.site)
		for range 1 + s.pick(3) {
			s.session(w)
		}
		if s.pick(2) == 0 {
			_ = w.call(protocol.MethodKernelStop, protocol.KernelStopParams{All: true}, &protocol.KernelStopResult{})
		}
		w.close()
	}
}

// session starts one kernel, and stops it at once, when it is ready, or not at all.
func (s *soak) session(w *window) {
	s.mu.Lock()
	s.begun++
	s.mu.Unlock()
	request := protocol.KernelRequest{GraceSeconds: int(shortGrace.Seconds())}
	if s.pick(4) == 0 {
		request.SbatchOptions = []string{"--hold"}
	}
	id, answer := w.begin(request)
	switch s.pick(3) {
	case 0:
		time.Sleep(time.Duration(s.pick(2000)) * time.Millisecond)
		_ = w.rpc.Notify(s.t.Context(), protocol.MethodCancelRequest, protocol.CancelParams{ID: id.Str})
		<-answer
	case 1:
		select {
		case ready := <-answer:
			if ready.err == nil && s.pick(2) == 0 {
				_ = w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: ready.Session.ID}, &protocol.KernelStopResult{})
			}
		case <-time.After(10 * time.Second): // it is held, or something is broken
		}
	}
}

// breakThings breaks one thing after the other, and mends it.
func (s *soak) breakThings(over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-time.After(time.Duration(1000+s.pick(4000)) * time.Millisecond):
		}
		name, do := s.fault()
		s.t.Logf("%s: %s", time.Now().Format(time.TimeOnly), name)
		if err := do(); err != nil {
			s.t.Errorf("%s: %v", name, err)
		}
	}
}

// fault is one thing that breaks for some seconds.
func (s *soak) fault() (name string, do func() error) {
	short := time.Duration(500+s.pick(4000)) * time.Millisecond
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
	}
	f := faults[s.pick(len(faults))]
	return f.name, f.do
}
