package session

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/proxy"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// prints returns a script that prints text and ends.
func prints(text string) script {
	return func(_ io.Reader, out io.Writer) { _, _ = io.WriteString(out, text) }
}

// testSession is a session whose hosts are behind a slow line, by the test's clock. Its
// port is opened outside the bubble, where a listener would stop that clock.
type testSession struct {
	*Session
	login, node *fakeConn
	conn        *tunnel.Conn
}

func newTestSession(port *proxy.Server, login, node fakeHost) *testSession {
	f := &testSession{login: &fakeConn{host: login, trip: trip, ended: make(chan struct{})}, node: &fakeConn{host: node, trip: trip, ended: make(chan struct{})}}
	f.conn = tunnel.NewRemote(f.login, sshconfig.Target{Name: "login", Host: "login"}, tunnel.ConnInfo{}, tunnel.Options{})
	f.Session = newSession(Config{
		ID: store.NewID(), Grace: time.Minute, Log: zap.New(zapcore.NewNopCore(), zap.Development()),
		Connect: func(context.Context, bool) (nodeconn.LoginConn, error) { return fakeLogin{f.conn, f.node}, nil },
	}, 2)
	f.cfg.Terms = func(slurm.Site) (Terms, error) { return allGranted(f.cfg), nil }
	f.port.listen = func(int) (*proxy.Server, error) { return port, nil }
	return f
}

// allGranted are the terms of a site that grants all that is asked for.
func allGranted(c Config) Terms {
	return Terms{
		Request: c.Request, Grace: c.Grace, Idle: c.Idle, Pinned: c.Pinned, Title: c.Title,
		Limit:        func(req slurm.Request, _ slurm.Partition) (slurm.Request, error) { return req, nil },
		LimitKernels: func(int) error { return nil },
	}
}

// until waits for a state.
func (f *testSession) until(t *testing.T, state State) {
	if snap, _ := f.Await(t.Context(), func(s Snapshot) bool { return s.State == state }); snap.State != state {
		t.Errorf("not %s: %v", state, snap.Cause)
	}
}

// close waits for the end of the session and of its hosts' scripts.
func (f *testSession) close() {
	<-f.Done()
	_ = f.conn.Close()
	f.login.all.Wait()
	f.node.all.Wait()
}

func openedPort(t *testing.T) *proxy.Server {
	t.Helper()
	port, err := proxy.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = port.Close() })
	return port
}

func wantTrips(t *testing.T, what string, since time.Time, want float64) {
	t.Helper()
	if trips := time.Since(since).Seconds() / trip.Seconds(); trips != want {
		t.Errorf("%s: %.1f round trips, want %.1f", what, trips, want)
	}
}

// TestRoundTripsOfATakeOver: those of ssh to the node and of a command there; taking over
// on the cluster runs concurrently.
func TestRoundTripsOfATakeOver(t *testing.T) {
	port := openedPort(t)
	synctest.Test(t, func(t *testing.T) {
		taken := make(chan struct{})
		f := newTestSession(port, fakeHost{"\nleast=": prints("owner 3\n")}, fakeHost{"private=": func(_ io.Reader, out io.Writer) {
			_, _ = io.WriteString(out, "here 1\nsocket\njupyter unix /tmp/p/s lab token\n")
			<-taken
			_, _ = io.WriteString(out, "taken\n")
		}})
		f.status.snap.Node, f.status.snap.Route, f.status.snap.JobID = store.Node{Name: "n", Private: "/tmp/p"}, store.Jump, "1"
		begun := time.Now()
		f.begin(f.liveAdopted)
		f.until(t, Ready)
		wantTrips(t, "a take-over", begun, nodeTrips+2)
		close(taken)
		f.close()
	})
}

// TestPortThatDoesNotListenYet: a session is ready once a stream to Jupyter's port has opened, not before.
func TestPortThatDoesNotListenYet(t *testing.T) {
	port := openedPort(t)
	synctest.Test(t, func(t *testing.T) {
		taken, up := make(chan struct{}), make(chan time.Time, 1)
		f := newTestSession(port, fakeHost{"\nleast=": prints("owner 3\n")}, nil)
		f.node.deaf.Store(true)
		f.node.host = fakeHost{"private=": func(_ io.Reader, out io.Writer) {
			_, _ = io.WriteString(out, "here 1\njupyter tcp 127.0.0.1:8888 notebook token\n")
			time.Sleep(5 * trip)
			f.node.deaf.Store(false)
			up <- time.Now()
			<-taken
			_, _ = io.WriteString(out, "taken\n")
		}}
		f.status.snap.Node, f.status.snap.Route, f.status.snap.JobID = store.Node{Name: "n", Private: "/tmp/p"}, store.Jump, "1"
		f.begin(f.liveAdopted)
		f.until(t, Ready)
		select {
		case listens := <-up:
			if took := time.Since(listens); took > 4*trip { // a refusal that was on its way, a pause and a stream
				t.Errorf("ready %s after it listens", took)
			}
		default:
			t.Error("ready before it listens")
		}
		close(taken)
		f.close()
	})
}

// TestOvertakenTakeOver: an owner that another one has followed during its login does not raise the generation on the
// cluster, which that one would take for a newer owner.
func TestOvertakenTakeOver(t *testing.T) {
	port := openedPort(t)
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		raised := false
		f := newTestSession(port, fakeHost{"\nleast=": func(io.Reader, io.Writer) { raised = true }}, nil)
		f.cfg.Owner, f.owner.store, f.owner.recorded = "us", st, true
		f.status.snap.JobID = "1"
		f.owner.write()
		if _, err := st.TakeOver(f.cfg.ID, "another", false); err != nil {
			t.Fatal(err)
		}
		f.begin(f.liveAdopted)
		f.close()
		if cause := f.Snapshot().Cause; raised || !errors.Is(cause, store.ErrTaken) {
			t.Errorf("raised: %v; ended with %v", raised, cause)
		}
	})
}

// TestTakeOverThatFails: a connection that was prefetched is closed, complete or not.
func TestTakeOverThatFails(t *testing.T) {
	for name, after := range map[string]time.Duration{"before the node answers": 0, "after it has": 7 * trip} {
		t.Run(name, func(t *testing.T) {
			port := openedPort(t)
			synctest.Test(t, func(t *testing.T) {
				f := newTestSession(port, fakeHost{"\nleast=": func(_ io.Reader, out io.Writer) {
					time.Sleep(after)
					_, _ = io.WriteString(out, "failed jupyter-missing\n")
				}}, nil)
				f.status.snap.Node, f.status.snap.Route, f.status.snap.JobID = store.Node{Name: "n", Private: "/tmp/p"}, store.Jump, "1"
				f.begin(f.liveAdopted)
				f.close()
				if cause := f.Snapshot().Cause; !fault.Is(cause, fault.JupyterMissing) {
					t.Errorf("cause %v", cause)
				}
				select {
				case <-f.node.ended:
				default:
					if after > 0 {
						t.Error("the connection to the node is still open")
					}
				}
			})
		})
	}
}

// TestRoundTripsOfAStart: from the login until Slurm has the job, those of a command and
// its input; from Jupyter's start, half of one for the report, and one for a stream.
func TestRoundTripsOfAStart(t *testing.T) {
	port := openedPort(t)
	synctest.Test(t, func(t *testing.T) {
		taken, up := make(chan struct{}), make(chan time.Time, 1)
		login := fakeHost{
			"sbatch \"${sp_options": func(in io.Reader, out io.Writer) {
				_, _ = io.WriteString(out, frameOf("partitions", "PartitionName=all Default=YES MaxTime=04:00:00 State=UP TotalCPUs=4 TotalNodes=1"))
				_, _ = bufio.NewReader(in).ReadString('\n')
				_, _ = io.WriteString(out, frameOf("sbatch", "1"))
			},
			"\nsilence=": func(in io.Reader, out io.Writer) {
				_, _ = io.WriteString(out, "open L2hvbWU=\n")
				_, _ = bufio.NewReader(in).ReadString('\n') // submitted
				_, _ = io.WriteString(out, "node n 1 /tmp/p\nup\n")
				_, _ = in.Read(make([]byte, 1)) // until it is closed
			},
		}
		f := newTestSession(port, login, nil)
		f.Session.cfg.Request = slurm.Request{CPUs: 1}
		f.Session.cfg.Timing.FirstPoll = time.Hour
		f.node.deaf.Store(true)
		f.node.host = fakeHost{"private=": func(_ io.Reader, out io.Writer) {
			_, _ = io.WriteString(out, "here 1\n")
			time.Sleep(5 * trip)
			f.node.deaf.Store(false)
			up <- time.Now()
			_, _ = io.WriteString(out, "socket\n")
			time.Sleep(trip / 4)
			_, _ = io.WriteString(out, "jupyter unix /tmp/p/s lab token\n")
			<-taken
			_, _ = io.WriteString(out, "taken\n")
		}}
		begun := time.Now()
		f.begin(f.liveNew)
		f.until(t, Pending)
		wantTrips(t, "until Slurm has the job", begun, 3)
		f.until(t, Ready)
		wantTrips(t, "from Jupyter's start", (<-up), 1.5)
		close(taken)
		f.close()
	})
}

// TestTermsOfASite: what a site grants replaces what was asked for, at no further round trip
// unless the session's directory has to be changed.
func TestTermsOfASite(t *testing.T) {
	for _, row := range []struct {
		name  string
		terms func(*Terms)
		trips float64
	}{
		{"as asked", func(*Terms) {}, 3},
		{"limits alone", func(terms *Terms) {
			terms.Poll = 5 * time.Minute
			terms.Limit = func(req slurm.Request, _ slurm.Partition) (slurm.Request, error) {
				req.TimeLimit = time.Minute
				return req, nil
			}
		}, 3},
		{"another lease", func(terms *Terms) { terms.Grace, terms.Notice = 30*time.Second, "shorter" }, 4},
		{"another directory", func(terms *Terms) { terms.Request.WorkingDirectory = "/w" }, 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			port := openedPort(t)
			synctest.Test(t, func(t *testing.T) {
				changes := make(chan string, 1)
				f := newTestSession(port, fakeHost{
					"sbatch \"${sp_options": func(in io.Reader, out io.Writer) {
						_, _ = io.WriteString(out, frameOf("partitions", "PartitionName=all Default=YES MaxTime=04:00:00 State=UP TotalCPUs=4 TotalNodes=1"))
						_, _ = bufio.NewReader(in).ReadString('\n')
						_, _ = io.WriteString(out, frameOf("sbatch", "1"))
					},
					"\nsilence=": func(in io.Reader, out io.Writer) {
						_, _ = io.WriteString(out, "open L2hvbWU=\n")
						lines := bufio.NewReader(in)
						line, _ := lines.ReadString('\n')
						if strings.HasPrefix(line, "change ") {
							changes <- line
							_, _ = io.WriteString(out, "changed L3c=\n")
						}
						_, _ = in.Read(make([]byte, 1)) // until it is closed
					},
				}, nil)
				want := allGranted(f.cfg)
				row.terms(&want)
				f.cfg.Terms = func(slurm.Site) (Terms, error) { return want, nil }
				begun := time.Now()
				f.begin(f.liveNew)
				f.until(t, Pending)
				wantTrips(t, "until Slurm has the job", begun, row.trips)
				snap := f.Snapshot()
				if snap.Grace != want.Grace || (want.Limit != nil && row.name == "limits alone" && snap.TimeLimit != time.Minute) || (row.trips == 4) != (len(changes) == 1) {
					t.Errorf("%+v, changes %d", snap, len(changes))
				}
				f.Stop(t.Context())
				if cfg := f.Session.cfg; cfg.Grace != want.Grace || cfg.Timing.Poll < want.Poll || cfg.Timing.FirstPoll < want.Poll || cfg.Timing.PendingRenew > want.Grace/3 {
					t.Errorf("timing %+v", cfg.Timing)
				}
				f.close()
			})
		})
	}
}

// TestLimitedKernels: Slurm is asked how many kernels there are only if there are as many
// folders of them as the site allows. Those that were submitted after the session's own, if that
// is submitted, do not count.
func TestLimitedKernels(t *testing.T) {
	const two = "k11111111111 k22222222222"
	jobs := func(ids ...int) (text string) {
		for _, id := range ids {
			text += fmt.Sprintf("\x1e%d", id) + strings.Repeat("\x1f1", 19) + "\x1e"
		}
		return text
	}
	for _, row := range []struct {
		folders, jobs, own string
		asked, refused     bool
	}{
		{"", "", "", false, false},
		{"k11111111111", jobs(1, 2, 3), "", false, false},
		{two, jobs(1), "", true, false},
		{two, jobs(1, 2), "", true, true},
		{two, strings.Replace(jobs(1, 2), "\x1f1", "\x1fCG", 1), "", true, false}, // one has just been stopped
		{"k11111111111", jobs(7, 8), "8", false, false},
		{two, jobs(11, 10, 9), "10", true, false},
		{two, jobs(11, 10, 9), "11", true, true},
		{two, jobs(99, 100, 101), "101", true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := false
			f := newTestSession(nil, fakeHost{"sp_squeue=(": func(_ io.Reader, out io.Writer) {
				asked = true
				_, _ = io.WriteString(out, frameOf("squeue", row.jobs))
			}}, nil)
			limit := errors.New("too many")
			sub := submission{cfg: f.Session.cfg, login: fakeLogin{f.conn, f.node}}
			terms := allGranted(sub.cfg)
			terms.LimitKernels = func(have int) error {
				if have >= 2 {
					return limit
				}
				return nil
			}
			err := sub.limitKernels(t.Context(), terms, append(strings.Fields(row.folders), sub.cfg.ID, "*"), row.own)
			if errors.Is(err, limit) != row.refused || (err != nil) != row.refused || asked != row.asked {
				t.Errorf("%+v: %v, asked %v", row, err, asked)
			}
			_ = f.conn.Close()
			f.login.all.Wait()
		})
	}
}

// frameOf returns an answer of a script of package slurm.
func frameOf(name, text string) string { return fmt.Sprintf("%s 0 %d\n%s\n", name, len(text), text) }

// TestWorkdirThatIsPrepared: whether the working directory may be used is found out at no cost
// while the session directory is made, and not waited for if it was created. If it may not be
// used, nothing is submitted.
func TestWorkdirThatIsPrepared(t *testing.T) {
	for _, row := range []struct {
		name, open string
		takes      time.Duration
		err        error
		trips      float64
	}{
		{"it may be used", "open L2hvbWU=\n", 2 * trip, nil, 3},
		{"it may be used, as is known late", "open L2hvbWU=\n", 5 * trip, nil, 6},
		{"it was created", "open L2hvbWU= made\n", 5 * trip, nil, 3},
		{"it may not be used", "open L2hvbWU=\n", trip, errors.New("not yours"), 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			port := openedPort(t)
			synctest.Test(t, func(t *testing.T) {
				login := fakeHost{
					"sbatch \"${sp_options": func(in io.Reader, out io.Writer) {
						_, _ = io.WriteString(out, frameOf("partitions", "PartitionName=all Default=YES MaxTime=04:00:00 State=UP TotalCPUs=4 TotalNodes=1"))
						if _, err := bufio.NewReader(in).ReadString('\n'); err == nil {
							_, _ = io.WriteString(out, frameOf("sbatch", "1"))
						}
					},
					"\nsilence=": func(in io.Reader, out io.Writer) {
						_, _ = io.WriteString(out, row.open)
						_, _ = in.Read(make([]byte, 1)) // until it is closed
					},
				}
				f := newTestSession(port, login, nil)
				f.Session.cfg.Request = slurm.Request{CPUs: 1}
				f.Session.cfg.Timing.FirstPoll = time.Hour
				f.Session.cfg.Prepare = func(ctx context.Context) error {
					select {
					case <-time.After(row.takes):
						return row.err
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				begun := time.Now()
				f.begin(f.liveNew)
				if row.err == nil {
					f.until(t, Pending)
					wantTrips(t, "until Slurm has the job", begun, row.trips)
					f.Stop(t.Context())
				}
				f.close()
				if snap := f.Snapshot(); row.err != nil && (snap.JobID != "" || !errors.Is(snap.Cause, row.err)) {
					t.Errorf("job %q, %v", snap.JobID, snap.Cause)
				}
			})
		})
	}
}
