package session

import (
	"bufio"
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel/proxy"
)

// heldSession is a testSession with a record on this computer, and hosts of which each
// step can be held up.
type heldSession struct {
	*testSession
	store *store.Store

	connect                 atomic.Pointer[func(context.Context) error] // what a login meets first; nil: nothing
	submit, report, jupyter chan struct{}                               // closed: sbatch answers, the job starts, Jupyter is there
	cancelled               chan struct{}                               // closed: scancel answers
	dir, agent              chan string                                 // more lines of the two scripts
	hangUp                  chan struct{}                               // closed: the session directory is not watched any more
}

// untilClosed reads until the near end closes.
func untilClosed(in io.Reader) { _, _ = io.Copy(io.Discard, in) }

// newHeldSession must be called in the test's bubble.
func newHeldSession(t *testing.T, port *proxy.Server, dir string) *heldSession {
	l := &heldSession{submit: make(chan struct{}), report: make(chan struct{}), jupyter: make(chan struct{}), cancelled: make(chan struct{}), dir: make(chan string, 1), agent: make(chan string, 1), hangUp: make(chan struct{})}
	serve := func(in io.Reader, out io.Writer, more <-chan string) {
		ended := make(chan struct{})
		go func() { untilClosed(in); close(ended) }()
		for {
			select {
			case line := <-more:
				_, _ = io.WriteString(out, line+"\n")
			case <-ended:
				return
			case <-l.hangUp:
				return
			}
		}
	}
	l.testSession = newTestSession(port, fakeHost{
		"sbatch \"${sp_options": func(in io.Reader, out io.Writer) {
			_, _ = io.WriteString(out, frameOf("partitions", "PartitionName=all Default=YES MaxTime=04:00:00 State=UP TotalCPUs=4 TotalNodes=1"))
			_, _ = bufio.NewReader(in).ReadString('\n')
			<-l.submit
			_, _ = io.WriteString(out, frameOf("sbatch", "1"))
		},
		"if [ \"$sp_status\" = 0 ]": func(_ io.Reader, out io.Writer) {
			<-l.cancelled
			_, _ = io.WriteString(out, frameOf("scancel", "")+frameOf("squeue", ""))
		},
		"\nsilence=": func(in io.Reader, out io.Writer) {
			_, _ = io.WriteString(out, "open L2hvbWU=\n")
			go func() {
				<-l.report
				l.dir <- "node n 1 /tmp/p\nup"
			}()
			serve(in, out, l.dir)
		},
	}, fakeHost{"private=": func(in io.Reader, out io.Writer) {
		_, _ = io.WriteString(out, "here 1\n")
		go func() {
			<-l.jupyter
			l.agent <- "socket\njupyter unix /tmp/p/s lab token"
		}()
		serve(in, out, l.agent)
	}})
	var err error
	if l.store, err = store.Open(filepath.Join(dir, "state")); err != nil {
		t.Fatal(err)
	}
	l.cfg.Store, l.owner.store, l.cfg.Owner = l.store, l.store, "us"
	l.cfg.Request, l.cfg.Timing.FirstPoll = slurm.Request{CPUs: 1}, time.Hour
	login := l.cfg.Connect
	l.cfg.Connect = func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error) {
		if first := l.connect.Load(); first != nil {
			if err := (*first)(ctx); err != nil {
				return nil, err
			}
		}
		return login(ctx, interactive)
	}
	return l
}

// blockLogins makes logins wait until their context ends.
func (l *heldSession) blockLogins() {
	wait := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	l.connect.Store(&wait)
}

// failLogins makes logins fail with code; it returns their count.
func (l *heldSession) failLogins(code fault.Code) *atomic.Int32 {
	tried := new(atomic.Int32)
	fail := func(context.Context) error { tried.Add(1); return &fault.Error{Code: code, Answer: "no"} }
	l.connect.Store(&fail)
	return tried
}

// cut calls prepare and ends the connection to the node.
func (l *heldSession) cut(t *testing.T, prepare func()) {
	l.until(t, Ready)
	prepare()
	_ = l.node.Close()
	l.until(t, Disconnected)
}

// finish stops the session and lets the hosts continue.
func (l *heldSession) finish() {
	l.loop.cancel(errStopped)
	for _, held := range []chan struct{}{l.submit, l.report, l.jupyter, l.cancelled} {
		select {
		case <-held:
		default:
			close(held)
		}
	}
	l.failLogins(fault.AuthRefused)
	_ = l.Session.Stop(context.Background())
	_ = l.testSession.login.Close()
	_ = l.node.Close()
	l.close()
	time.Sleep(2 * l.node.trip) // for channels whose opening was cancelled
}

// inEveryState has a function for each state that makes a session stay in it.
var inEveryState = map[string]func(*testing.T, *heldSession){
	"connecting": func(_ *testing.T, l *heldSession) { l.blockLogins() },
	"submitting": func(t *testing.T, l *heldSession) { l.until(t, Submitting) },
	"pending":    func(t *testing.T, l *heldSession) { close(l.submit); l.until(t, Pending) },
	"pending, the link is down": func(t *testing.T, l *heldSession) {
		close(l.submit)
		l.until(t, Pending)
		l.failLogins(fault.ConnectFailed)
		close(l.hangUp)
	},
	"starting": func(t *testing.T, l *heldSession) { close(l.submit); close(l.report); l.until(t, Starting) },
	"ready":    func(t *testing.T, l *heldSession) { l.letStart(); l.until(t, Ready) },
	"disconnected, between two attempts": func(t *testing.T, l *heldSession) {
		l.letStart()
		l.cut(t, func() { l.failLogins(fault.ConnectFailed) })
	},
	"disconnected, during an attempt": func(t *testing.T, l *heldSession) { l.letStart(); l.cut(t, l.blockLogins) },
	"disconnected, the user must act": func(t *testing.T, l *heldSession) { l.letStart(); l.cut(t, func() { l.failLogins(fault.AuthRefused) }) },
	"ending": func(t *testing.T, l *heldSession) {
		close(l.submit)
		l.until(t, Pending)
		l.loop.cancel(errStopped)
		l.until(t, Ending)
	},
}

// letStart lets the hosts complete the start.
func (l *heldSession) letStart() { close(l.submit); close(l.report); close(l.jupyter) }

// eachState runs a test in each state, in a bubble of its own.
func eachState(t *testing.T, run func(t *testing.T, l *heldSession)) {
	for name, enter := range inEveryState {
		t.Run(name, func(t *testing.T) {
			port, dir := openedPort(t), t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				l := newHeldSession(t, port, dir)
				l.begin(l.liveNew)
				enter(t, l)
				time.Sleep(20 * time.Second) // well into it
				run(t, l)
				l.finish()
			})
		})
	}
}

func TestStopIsServedInEveryState(t *testing.T) {
	eachState(t, func(t *testing.T, l *heldSession) {
		begun := time.Now()
		l.loop.cancel(errStopped)
		if l.Snapshot().State == Submitting { // sbatch's answer is waited for: there may be a job
			close(l.submit)
		}
		snap, _ := l.Await(t.Context(), func(s Snapshot) bool { return s.State == Ending })
		if took := time.Since(begun); took > 2*trip {
			t.Errorf("it is %s after %v", snap.State, took)
		}
	})
}

func TestLeavingIsServedInEveryState(t *testing.T) {
	eachState(t, func(t *testing.T, l *heldSession) {
		post(l.loop.inbox.leave, 5*time.Second)
		synctest.Wait()
		if len(l.loop.inbox.leave) > 0 {
			t.Error("the request is not read")
		}
		if rec, found := l.store.Find(l.cfg.ID); found && !rec.Leaving && l.Snapshot().State != Ending {
			t.Error("the record does not say that the owner is leaving")
		}
	})
}

func TestKeepIsServedInEveryState(t *testing.T) {
	eachState(t, func(t *testing.T, l *heldSession) {
		l.Keep()
		synctest.Wait()
		if len(l.loop.inbox.keep) > 0 {
			t.Error("the request is not read")
		}
	})
}

func TestReconnectIsServedInEveryState(t *testing.T) {
	eachState(t, func(t *testing.T, l *heldSession) {
		l.Reconnect()
		synctest.Wait()
		if len(l.loop.inbox.reconnect) > 0 {
			t.Error("the request is not read")
		}
	})
}

func TestReconnectEndsThePause(t *testing.T) {
	port, dir := openedPort(t), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := newHeldSession(t, port, dir)
		l.begin(l.liveNew)
		l.letStart()
		var tried *atomic.Int32
		l.cut(t, func() { tried = l.failLogins(fault.ConnectFailed) })
		time.Sleep(3 * time.Minute) // the pauses are long now
		synctest.Wait()
		before := tried.Load()
		l.Reconnect()
		synctest.Wait()
		if tried.Load() != before+1 {
			t.Errorf("%d attempts after Reconnect, want one", tried.Load()-before)
		}
		l.finish()
	})
}

func TestTakenOverInEveryState(t *testing.T) {
	eachState(t, func(t *testing.T, l *heldSession) {
		if _, err := l.store.TakeOver(l.cfg.ID, "another", false); err != nil {
			return // there is no record yet
		}
		if l.Snapshot().State == Ending {
			return // who takes it over finds no job: it is being cancelled
		}
		time.Sleep(l.cfg.Timing.OwnerCheck + trip)
		if snap := l.Snapshot(); snap.State != Ended || !errors.Is(snap.Cause, store.ErrTaken) || snap.Release.Outcome != HandedOver {
			t.Errorf("it is %s: %v, %v", snap.State, snap.Cause, snap.Release.Outcome)
		}
	})
}

// TestFieldsBelongToOneGoroutine is for the race detector: while the job is entered and
// the record on this computer is lost, the session directory reports a new owner, and the
// owner calls every method that may be called at any time. It runs in real time: in a
// bubble, the clock orders all goroutines.
func TestFieldsBelongToOneGoroutine(t *testing.T) {
	const trip = time.Millisecond
	l := newHeldSession(t, openedPort(t), t.TempDir())
	l.login.trip, l.node.trip, l.cfg.Timing.OwnerCheck = trip, trip, trip
	l.begin(l.liveNew)
	close(l.submit)
	close(l.report)
	l.until(t, Starting)
	if err := l.store.Remove(l.cfg.ID, "us", 2); err != nil {
		t.Fatal(err)
	}
	var owner sync.WaitGroup
	owner.Go(func() {
		for {
			select {
			case <-l.Done():
				return
			case <-time.After(700 * time.Microsecond):
				_, _ = l.Record(), l.Snapshot()
				_, _ = l.Log(t.Context(), 1)
				_, _ = l.Link()
				l.Keep()
				l.Reconnect()
			}
		}
	})
	time.Sleep(20 * trip) // without it, a channel would order the goroutines
	l.dir <- "taken"
	<-l.Ended()
	if cause := l.Snapshot().Cause; !errors.Is(cause, errTakenElsewhere) {
		t.Errorf("it ended with %v", cause)
	}
	l.finish()
	owner.Wait()
}
