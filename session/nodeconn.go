package session

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// nodeConn is the connection into the job: over it go Jupyter's socket, the lease
// and the log. It owns conn and agent. Only the session's goroutine calls preopen;
// the rest may be called from anywhere.
type nodeConn struct {
	conn    *tunnel.Conn
	agent   *remote.Stream // node_agent.sh
	private string         // the private directory on the node

	shells shellStarts // who waits for shells.py

	preopened chan net.Conn   // a stream to Jupyter, opened ahead; capacity 1
	opening   <-chan struct{} // closed when the last attempt to get one has ended; nil: none was made
}

// jobAccess is what it takes to enter a job.
type jobAccess struct {
	node       store.Node
	id         string // the job's
	generation int    // the session's
	listen     bool   // a step may listen on a port, see store.Place.NodePort
}

// newNodeConn starts the agent over a connection to the job's node, which is closed
// if it does not lead into the job.
func newNodeConn(ctx context.Context, conn *tunnel.Conn, job jobAccess) (*nodeConn, error) {
	w := &nodeConn{conn: conn, private: job.node.Private, preopened: make(chan net.Conn, 1)}
	w.preopen() // a Jupyter that starts fast is there already
	err := w.startAgent(ctx, job)
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *nodeConn) startAgent(ctx context.Context, job jobAccess) (err error) {
	if w.agent, err = remote.OpenStream(ctx, w.conn, remote.AgentCommand(job.node.Private, job.generation)); err != nil {
		return err
	}
	line, _, err := w.agent.Next(ctx)
	if err != nil {
		return err
	}
	verb, jobThere := remote.Cut(line)
	switch {
	case verb == "here":
		// Where two jobs of a user share a node, pam_slurm_adopt puts every connection
		// into one of them. Our directory is visible there, so it serves; if that job
		// ends first it takes the connection with it, and a new one is made.
		return nil
	case verb == "absent" && jobThere != "-" && jobThere != job.id:
		return &fault.Error{
			Code: fault.WrongJob, Tried: "entering the job on " + job.node.Name,
			Answer: "the node put Sunpyter into your job " + jobThere + " instead",
			Advice: "Cancel that job, or start again on another node: exclude this one with " + fault.Option("exclude="+job.node.Name) + ".",
		}
	case verb == "absent":
		return &fault.Error{
			Code: fault.NoRoute, Tried: "entering job " + job.id + " on " + job.node.Name,
			Answer: "its private directory " + job.node.Private + " does not exist there",
			Advice: "The job may have just ended, or this site gives each job its own /tmp: ask the site to turn pam_slurm_adopt on.",
			Err:    errAbsent,
		}
	}
	return &fault.Error{
		Code: fault.NoRoute, Tried: "entering job " + job.id + " on " + job.node.Name,
		Answer: "the shell there printed unexpected output: " + remote.Excerpt(line),
		Advice: "Check that " + fault.Shell("ssh") + " to a node where you have a job opens a working shell.",
	}
}

// close ends both and waits for the agent's reader; it may be called on nil.
func (w *nodeConn) close() {
	if w == nil {
		return
	}
	_ = w.conn.Close()
	w.agent.Close()
	if w.opening != nil {
		<-w.opening // ends with conn
	}
}

// lines returns the agent's lines; on nil there is never one.
func (w *nodeConn) lines() <-chan string {
	if w == nil {
		return nil
	}
	return w.agent.Lines()
}

// done is closed when the connection has ended; on nil it never is.
func (w *nodeConn) done() <-chan struct{} {
	if w == nil {
		return nil
	}
	return w.conn.Done()
}

// renew sends the lease, with its grace as it is now.
func (w *nodeConn) renew(l *lease) error {
	sequence, seconds := l.next()
	return w.agent.Send("lease %d %d", sequence, seconds)
}

// lost returns the error of a connection that was lost.
func (w *nodeConn) lost() error {
	return &fault.Error{
		Code: fault.LinkLost, Tried: "talking to the job", Answer: "the connection into it ended", Err: w.conn.Err(),
		Advice: "Sunpyter retries automatically.",
	}
}

// dial opens one connection to Jupyter.
func (w *nodeConn) dial(ctx context.Context, j remote.Jupyter) (net.Conn, error) {
	if j.Network == "tcp" {
		return w.conn.DialTCP(ctx, j.Address)
	}
	return w.conn.DialUnix(ctx, j.Address)
}

// listens reports whether Jupyter still listens where it said.
func (w *nodeConn) listens(ctx context.Context, j remote.Jupyter) bool {
	conn, err := w.dial(ctx, j)
	if err == nil {
		_ = conn.Close()
	}
	return !fault.Is(err, fault.ConnectRefused)
}

// preopenTimeout bounds an attempt to open a stream to Jupyter ahead.
const preopenTimeout = 10 * time.Second

// preopen opens a stream to Jupyter's socket before the agent has reported the token,
// which saves a round trip: the first request finds it open, and waits in the socket's
// queue until Jupyter runs. It fails if the socket does not exist yet; preopen is called
// again when the agent reports that it does.
func (w *nodeConn) preopen() {
	ctx, cancel := context.WithTimeout(context.Background(), preopenTimeout)
	previous, ended := w.opening, make(chan struct{})
	w.opening = ended
	go func() { // close waits for it
		defer close(ended)
		defer cancel()
		if previous != nil {
			<-previous
		}
		if len(w.preopened) > 0 {
			return
		}
		if conn, err := w.conn.TryUnix(ctx, remote.Socket(w.private)); err == nil { // else it is not there yet
			w.preopened <- conn
		}
	}()
}

// firstStream returns a stream that was opened ahead, or tries once more. It returns
// nil if that fails for now, and an error if the socket cannot be reached at all.
func (w *nodeConn) firstStream(ctx context.Context, j remote.Jupyter) (net.Conn, error) {
	select {
	case <-w.opening:
	case <-ctx.Done():
	}
	select {
	case conn := <-w.preopened:
		return conn, nil
	default:
	}
	if j.Network != "unix" {
		return nil, nil
	}
	conn, err := w.dial(ctx, j)
	if fault.Is(err, fault.ForwardRefused) {
		return nil, err
	}
	if err != nil {
		return nil, nil //nolint:nilerr // awaitHTTP finds out what becomes of it
	}
	return conn, nil
}

// JupyterLog returns the end of Jupyter's log in the job of a record, over a new
// connection into the job.
func JupyterLog(ctx context.Context, login LoginConn, rec store.Record, lines int) (string, error) {
	if !rec.Node.Reported() {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "reading Jupyter's log", Answer: "job " + rec.JobID + " is not running yet", Advice: "Wait until it is."}
	}
	w, err := connectRecord(ctx, login, rec)
	if err != nil {
		return "", err
	}
	defer w.close()
	return remote.JupyterLog(ctx, w.conn, w.private, lines)
}

// connectRecord connects into the job of a record, with one attempt for each route.
func connectRecord(ctx context.Context, login LoginConn, rec store.Record) (*nodeConn, error) {
	d := nodeDialer{login: login, job: jobAccess{rec.Node, rec.JobID, rec.Generation, rec.NodePort}}
	for _, a := range routePlan(rec.Pinned, rec.Route, "") {
		if once := (attempt{route: a.route}); !slices.Contains(d.plan, once) {
			d.plan = append(d.plan, once)
		}
	}
	return d.connect(ctx)
}

// nodeLink is a session's connection into its job, while there is one, and what is
// known of the routes to it.
type nodeLink struct {
	current atomic.Pointer[nodeConn] // nil: none; other goroutines read it
	lost    bool                     // current has ended, or its far end hangs
	jupyter *remote.Jupyter          // where Jupyter listens, as the agent reports it; nil: not yet
	closed  []refusal                // routes that refused the login, and are not tried again
	early   *future[*tunnel.Conn]    // an ssh connection begun before its turn; nil: not begun, or used
}

// prefetch begins to connect to the job's node by ssh. A step is not begun early: it asks
// Slurm's controller, and may be begun once only.
func (n *nodeLink) prefetch(ctx context.Context, tasks *sync.WaitGroup, login LoginConn, job jobAccess, timeout time.Duration) {
	n.early = begin(tasks, func() (*tunnel.Conn, error) {
		limit, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return dialNode(limit, login, store.Jump, job)
	})
}

// conn returns the connection, or nil. After lost there are no more events of it.
func (n *nodeLink) conn() *nodeConn {
	if n.lost {
		return nil
	}
	return n.current.Load()
}

// set starts the use of a connection.
func (n *nodeLink) set(w *nodeConn) {
	n.lost, n.jupyter = false, nil
	n.current.Store(w)
}

// take removes the connection and returns it for the caller to close; it may return nil.
func (n *nodeLink) take() *nodeConn {
	n.lost, n.jupyter = false, nil
	return n.current.Swap(nil)
}

// setJupyter parses the agent's report of where Jupyter listens.
func (n *nodeLink) setJupyter(rest string) error {
	j, ok := remote.ParseJupyter(rest)
	if !ok {
		return &fault.Error{Code: fault.JupyterSilent, Tried: "finding Jupyter in the job", Answer: "its address is not valid", Advice: "See " + fault.Command("log") + " for more."}
	}
	n.jupyter = &j
	return nil
}

// log returns the last lines of Jupyter's log, for any goroutine.
func (n *nodeLink) log(ctx context.Context, lines int) (string, error) {
	w := n.current.Load()
	if w == nil {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "reading Jupyter's log", Answer: "there is no connection into the job now",
			Advice: "Wait until the kernel is ready or reconnected."}
	}
	return remote.JupyterLog(ctx, w.conn, w.private, lines)
}
