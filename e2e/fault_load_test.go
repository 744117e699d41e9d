//go:build unix

package e2e

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestManyWindowsAtOnce: a whole class starts at the same time, from one address, at a host
// with sshd's default MaxStartups. Many connections are closed before the login and
// retried; all logins succeed, none is refused, and Slurm gets no more calls
// than for single starts.
func TestManyWindowsAtOnce(t *testing.T) {
	people, startups := 12, "3:40:20"
	if longRun() {
		people, startups = 80, "10:30:100"
	}
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{CountCalls: true, LoginSSHD: "MaxStartups " + startups + "\nLogLevel VERBOSE\n", CPUs: 100,
		Delay: 40 * time.Millisecond}) // a login takes its time, so that they meet
	windows := make([]*window, people)
	for i := range windows {
		windows[i] = openWindow(t, site)
	}
	var group sync.WaitGroup
	begun, took := time.Now(), make([]time.Duration, people)
	for i, w := range windows {
		group.Go(func() {
			// Their jobs stay pending: only the logins are tested.
			_, _ = w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
			if !w.awaitJob(2 * waitLimit) {
				t.Errorf("%d has no job: %+v", i, w.allSessions())
			}
			took[i] = time.Since(begun)
		})
	}
	group.Wait()
	log, err := site.Log("login", "sshd")
	must(t, err)
	if refused := strings.Count(log, "Failed ") + strings.Count(log, "Too many authentication failures"); refused > 0 {
		t.Errorf("%d refused logins", refused)
	}
	in, away := strings.Count(log, "Accepted publickey for alice"), strings.Count(log, "drop connection")
	if in != people || away == 0 {
		t.Errorf("%d logins for %d people, %d turned away before", in, people, away)
	}
	n := len(slurmCalls(t, site))
	if n > 4*people { // partitions, sbatch, and the reason twice where it takes long
		t.Errorf("%d scheduler calls for %d people", n, people)
	}
	measure(t, "people", "%d", people)
	measure(t, "the slowest had its job after", "%s", seconds(slices.Max(took)))
	measure(t, "logins", "%d, turned away before %d times, refused none", in, away)
	measure(t, "scheduler calls", "%d", n)
	site.MustExec(t, "ctl", "root", "scancel", "-u", "alice")
	for _, w := range windows {
		group.Go(w.close)
	}
	group.Wait()
}

// longRun reports whether the long tests run.
func longRun() bool { return os.Getenv("SUNPYTER_FAULTS") == "1" }

// allSessions returns the sessions that the window knows.
func (w *window) allSessions() (all []protocol.Session) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sessions {
		all = append(all, s)
	}
	return all
}

// awaitJob waits until a session of the window has a job. Any goroutine may call it.
func (w *window) awaitJob(limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(w.t.Context(), limit)
	defer cancel()
	for ctx.Err() == nil {
		for _, s := range w.allSessions() {
			if s.JobID != "" {
				return true
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}
