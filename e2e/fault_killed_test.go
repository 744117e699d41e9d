//go:build unix

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// startStates is each state in which something can be killed, with what makes a
// start stay in it for long enough.
var startStates = []struct {
	state protocol.SessionState
	args  []string
	asked protocol.KernelRequest // the same for a window
}{
	{protocol.StateConnecting, nil, protocol.KernelRequest{}},
	{protocol.StateSubmitting, nil, protocol.KernelRequest{}},
	{protocol.StatePending, []string{"--sbatch-option=--hold"}, protocol.KernelRequest{SbatchOptions: []string{"--hold"}}},
	{protocol.StateStarting, []string{"--setup=sleep 300"}, sleepingSetup("300")},
	{protocol.StateReady, nil, protocol.KernelRequest{}},
	{protocol.StateEnding, nil, protocol.KernelRequest{}},
}

// orphan is a session whose owner was killed.
type orphan struct {
	state protocol.SessionState
	id    string
	since time.Time // when it was killed, or when its job could start
	seen  time.Time // when its job was last seen
}

// orphanWatcher watches the jobs of all orphans of a site until the test ends.
type orphanWatcher struct {
	t    *testing.T
	site *testcluster.Site
	mu   sync.Mutex
	all  []*orphan
}

func watchOrphans(t *testing.T, site *testcluster.Site) *orphanWatcher {
	o := &orphanWatcher{t: t, site: site}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				o.poll()
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-stopped })
	return o
}

// poll records which jobs exist.
func (o *orphanWatcher) poll() {
	jobs, err := o.site.Jobs("alice")
	if err != nil {
		return // the controller may be busy
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, orphan := range o.all {
		for _, job := range jobs {
			if job.State != "COMPLETING" && strings.HasSuffix(job.Comment, "session="+orphan.id) {
				orphan.seen = time.Now()
			}
		}
	}
}

// add adds an orphan.
func (o *orphanWatcher) add(state protocol.SessionState, id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, &orphan{state: state, id: id, since: time.Now()})
}

// releaseHeldJobs lets the job that waits start, once its owner has been away for longer
// than the grace.
func (o *orphanWatcher) releaseHeldJobs() {
	o.t.Helper()
	for _, orphan := range o.all {
		if orphan.state == protocol.StatePending {
			time.Sleep(time.Until(orphan.since.Add(shortGrace + 2*time.Second))) // the grace has ended: that is the condition
		}
	}
	o.site.MustExec(o.t, "ctl", "root", "sh", "-c", "squeue -h -t PD -o %i | xargs -r scontrol release")
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, orphan := range o.all {
		if orphan.state == protocol.StatePending {
			orphan.since = time.Now()
		}
	}
}

// awaitAllEnded waits until Slurm has accepted the end of every job, which has to be
// within the grace and some seconds.
func (o *orphanWatcher) awaitAllEnded(grace time.Duration) {
	o.t.Helper()
	const slack = 20 * time.Second // the watcher's ticks, and a busy machine
	eventually(o.t, grace+waitLimit, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return !slices.ContainsFunc(o.all, func(orphan *orphan) bool {
			return time.Since(orphan.seen) < 3*time.Second || time.Since(orphan.since) < 3*time.Second
		})
	}, func() string { return fmt.Sprintf("jobs %v", activeJobs(o.t, o.site)) })
	for _, orphan := range o.all {
		lived := orphan.seen.Sub(orphan.since)
		o.t.Logf("session %s was %s", orphan.id, orphan.state)
		switch {
		case lived > grace+slack:
			o.t.Errorf("%s: the job was there for %v more", orphan.state, lived)
		case orphan.seen.IsZero() && orphan.state == protocol.StateConnecting:
			measure(o.t, string(orphan.state), "no job")
		case orphan.seen.IsZero():
			measure(o.t, string(orphan.state), "at once")
		case orphan.state == protocol.StatePending && grace == shortGrace:
			measure(o.t, "pending, from its start on", "%s", seconds(max(0, lived)))
		default:
			measure(o.t, string(orphan.state), "%s", seconds(max(0, lived)))
		}
	}
}

// TestKilledAtEachState: with -9, in each state; the job ends within the
// grace, and a pending one within seconds of its start.
func TestKilledAtEachState(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		who    string
		kill   func(p *program)
		orphan bool // no owner is left to cancel it
	}{
		{"terminal client", func(p *program) { _ = p.cmd.Process.Signal(syscall.SIGKILL) }, false},
		{"server", func(p *program) { _ = p.signalServer(syscall.SIGKILL) }, true},
		{"both", (*program).killAll, true},
	} {
		t.Run(row.who, func(t *testing.T) {
			if row.who != "both" {
				requireFaults(t, "one is enough for each day")
			}
			t.Parallel()
			site := testcluster.Start(t, testcluster.Options{})
			orphans := watchOrphans(t, site)
			for _, in := range startStates {
				p := run(t, site, append([]string{"--grace", shortGrace.String()}, in.args...)...)
				id := p.awaitState(in.state)
				row.kill(p)
				orphans.add(in.state, id)
			}
			if !row.orphan {
				orphans.awaitAllEnded(0)
				nothingLeft(t, site)
				return
			}
			orphans.releaseHeldJobs()
			orphans.awaitAllEnded(shortGrace)
			nothingLeftExcept(t, site, "/home/alice/.sunpyter/ended")
		})
	}
}

// TestEditorKilledAtEachState: its server sees the end of its input, waits for a
// reloaded window for its reload grace, and releases.
func TestEditorKilledAtEachState(t *testing.T) {
	requireFaults(t, "one is enough for each day")
	t.Parallel()
	const reload = 3 * time.Second
	site := testcluster.Start(t, testcluster.Options{})
	orphans := watchOrphans(t, site)
	for _, in := range startStates {
		w := openWindow(t, site, reloadGraceSetting(int(reload.Seconds())))
		w.begin(in.asked)
		if in.state == protocol.StateEnding {
			id := w.await("ready", inState(protocol.StateReady)).ID
			go w.call(protocol.MethodKernelStop, protocol.KernelStopParams{SessionID: id}, &protocol.KernelStopResult{})
		}
		s := w.awaitState(in.state)
		_ = w.rpc.Close()
		orphans.add(in.state, s.ID)
		defer w.waitServed(waitLimit)
	}
	orphans.awaitAllEnded(reload)
}

// awaitState waits until the program's session is in the state, and returns its id.
func (p *program) awaitState(state protocol.SessionState) string {
	p.t.Helper()
	if state == protocol.StateEnding {
		p.ready()
		must(p.t, p.cmd.Process.Signal(syscall.SIGINT))
	}
	e, ok := p.await(func(e event) bool { return e.Event == "session" && e.Session.State == state })
	if !ok {
		p.t.Fatalf("ended before it was %s\n%s", state, p.stderr.String())
	}
	return e.Session.ID
}
