//go:build unix

package e2e

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestCrowd: a room of people starts within a minute, from one address, at a host
// with sshd's default MaxStartups. Everybody gets in, nobody is refused a login,
// and Slurm is not asked more than for each alone.
func TestCrowd(t *testing.T) {
	people, within := 12, 2*time.Second
	if longer() {
		people, within = 80, time.Minute
	}
	t.Parallel()
	took(t)
	site := testcluster.Start(t, testcluster.Options{CountCalls: true, LoginSSHD: "MaxStartups 10:30:100\n", CPUs: 100})
	var group sync.WaitGroup
	var mu sync.Mutex
	var slowest time.Duration
	for i := range people {
		w := openWindow(t, site)
		group.Go(func() {
			time.Sleep(time.Duration(i) * within / time.Duration(people))
			begun := time.Now()
			// Their jobs wait: what is tested is how they get there.
			_, _ = w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
			if !w.hasJobWithin(2 * time.Minute) {
				t.Errorf("%d has no job: %+v", i, w.all())
			}
			mu.Lock()
			defer mu.Unlock()
			slowest = max(slowest, time.Since(begun))
		})
	}
	group.Wait()
	log, err := site.Log("login", "sshd")
	must(t, err)
	if refused := strings.Count(log, "Failed ") + strings.Count(log, "Too many authentication failures"); refused > 0 {
		t.Errorf("%d refused logins", refused)
	}
	n := len(calls(t, site))
	if n > 4*people { // partitions, sbatch, and the reason twice where it takes long
		t.Errorf("%d scheduler calls for %d people", n, people)
	}
	measured(t, "people", "%d", people)
	measured(t, "the slowest had its job after", "%s", seconds(slowest))
	measured(t, "logins", "%d, turned away before %d", strings.Count(log, "Accepted publickey for alice"), strings.Count(log, "drop connection"))
	measured(t, "scheduler calls", "%d", n)
	site.MustExec(t, "ctl", "root", "scancel", "-u", "alice")
}

// longer reports whether the long tests run.
func longer() bool { return os.Getenv("SUNPYTER_FAULTS") == "1" }

// all are the sessions that the window knows.
func (w *window) all() (all []protocol.Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sessions {
		all = append(all, s)
	}
	return all
}

// hasJobWithin waits until a session of the window has a job. Any goroutine may call it.
func (w *window) hasJobWithin(limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(w.t.Context(), limit)
	defer cancel()
	for ctx.Err() == nil {
		for _, s := range w.all() {
			if s.JobID != "" {
				return true
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}
