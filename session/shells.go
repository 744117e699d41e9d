package session

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/shell"
	"github.com/sa2c/sunpyter/session/store"
)

// OpenShell runs a terminal or a command in the session's job. It ends with the session.
func (s *Session) OpenShell(ctx context.Context, req shell.Request) (*shell.Shell, error) {
	if state := s.Snapshot().State; state != Ready {
		return nil, notReady("opening a shell on the node", state)
	}
	return shell.Start(ctx, req, s.cfg.Grace, func(ctx context.Context, id string) (net.Conn, error) {
		snap, err := s.status.Await(ctx, func(snap Snapshot) bool { return snap.State == Ready })
		if err != nil {
			return nil, err
		}
		if snap.State != Ready {
			return nil, shellKernelEnded(snap.Cause)
		}
		w := s.node.current.Load()
		if w == nil {
			return nil, &fault.Error{Code: fault.LinkLost, Tried: "talking to the job", Answer: "the connection into it ended"}
		}
		return w.DialShell(ctx, id)
	}, func() {})
}

// OpenShell runs a terminal or a command in the job of a record, over connections into the
// job of its own: connect makes the one to the login node, and may ask the user the first
// time. They end with the shell. closed is called once, when connect is not used any more:
// before Done is closed, or before OpenShell returns an error.
func OpenShell(ctx context.Context, connect func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error), rec store.Record, req shell.Request, closed func()) (*shell.Shell, error) {
	if !rec.Node.Reported() {
		closed()
		return nil, notReady("opening a shell on the node", Pending)
	}
	d := &recordDialer{connect: connect, rec: rec, interactive: true}
	return shell.Start(ctx, req, rec.Grace, d.dial, func() {
		d.close()
		closed()
	})
}

// recordDialer connects into the job of a record. Its owner dials one at a time.
type recordDialer struct {
	connect     func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error)
	rec         store.Record
	interactive bool // the next login may ask the user
	lost        time.Time

	mu      sync.Mutex // guards the fields below
	node    *nodeconn.Conn
	reading sync.WaitGroup
}

func (d *recordDialer) dial(ctx context.Context, id string) (net.Conn, error) {
	w, err := d.connected(ctx)
	if err == nil {
		d.lost = time.Time{}
		return w.DialShell(ctx, id)
	}
	if d.lost.IsZero() {
		d.lost = time.Now()
	}
	if time.Since(d.lost) > d.rec.Grace && fault.IsTransient(err) {
		return nil, shellKernelEnded(err) // it has ended, or will have when the link is back
	}
	return nil, nodeconn.UnwrapNoRoute(err)
}

// connected returns the connection into the job, or makes another one.
func (d *recordDialer) connected(ctx context.Context) (*nodeconn.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.node != nil && d.node.Err() == nil {
		return d.node, nil
	}
	d.node.Close()
	d.reading.Wait()
	d.node = nil
	login, err := d.connect(ctx, d.interactive)
	if err != nil {
		return nil, err
	}
	d.interactive = false
	w, err := nodeconn.ToRecord(ctx, login, d.rec)
	if err != nil {
		return nil, err
	}
	d.node = w
	d.reading.Go(func() { // ends with the connection
		for line := range w.Lines() {
			switch verb, rest := remote.Cut(line); verb {
			case "shells":
				w.ShellsReported(rest)
			case "use":
				w.UseReported(rest)
			}
		}
		w.ShellsReported("ended")
	})
	return w, nil
}

func (d *recordDialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.node.Close()
	d.reading.Wait()
}

// notReady returns the error for what needs a connection into the job, and there is none.
func notReady(tried string, state State) error {
	f := &fault.Error{Code: fault.BadRequest, Tried: tried, Answer: "the kernel is not ready", Advice: "Wait until it is."}
	switch state {
	case Ready, Disconnected:
		f.Answer, f.Advice = "there is no connection to the kernel now", "Wait until it is reconnected."
	case Ending, Ended:
		f.Code, f.Answer, f.Advice = fault.UnknownSession, "the kernel has ended", "Start a new kernel."
	}
	return f
}

// shellKernelEnded is the end of a shell with its kernel.
func shellKernelEnded(cause error) error {
	f := &fault.Error{Code: fault.CodeOf(cause), Tried: "running a shell on the node", Answer: "the kernel has ended", Err: cause, Advice: "Start a new kernel."}
	if cause == nil {
		f.Code = fault.JobEnded
	} else {
		f.Answer += ": " + fault.AnswerOf(cause)
	}
	return f
}
