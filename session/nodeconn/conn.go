package nodeconn

import (
	"context"
	"net"
	"slices"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// Conn is the connection into the job: over it go Jupyter's socket, the lease
// and the log. It owns conn and agent. Only one goroutine at a time calls Preopen;
// the rest may be called from anywhere.
type Conn struct {
	conn    *tunnel.Conn
	agent   *remote.Stream // node_agent.sh
	private string         // the private directory on the node

	shells waiters[string] // who waits for shells.py
	use    useMeter

	preopened chan net.Conn   // a stream to Jupyter, opened ahead; capacity 1
	opening   <-chan struct{} // closed when the last attempt to get one has ended; nil: none was made
}

// Job is what it takes to enter a job.
type Job struct {
	Node       store.Node
	ID         string
	Generation int  // the session's
	Listen     bool // a step may listen on a port, see store.Place.NodePort
}

// newConn starts the agent over a connection to the job's node, which is closed
// if it does not lead into the job.
func newConn(ctx context.Context, conn *tunnel.Conn, job Job) (*Conn, error) {
	w := &Conn{conn: conn, private: job.Node.Private, preopened: make(chan net.Conn, 1)}
	w.Preopen() // a Jupyter that starts fast is there already
	err := w.startAgent(ctx, job)
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// SSH returns the SSH connection to the node, which w owns.
func (w *Conn) SSH() *tunnel.Conn { return w.conn }

func (w *Conn) startAgent(ctx context.Context, job Job) (err error) {
	if w.agent, err = remote.OpenStream(ctx, w.conn, remote.AgentCommand(job.Node.Private, job.Generation)); err != nil {
		return err
	}
	line, _, err := w.agent.Next(ctx)
	if err != nil {
		return err
	}
	f := &fault.Error{Code: fault.NoRoute, Tried: "entering job " + job.ID + " on " + job.Node.Name}
	switch verb, jobThere := remote.Cut(line); {
	case verb == "here":
		// Where two jobs of a user share a node, pam_slurm_adopt puts every connection
		// into one of them. Our directory is visible there, so it serves; if that job
		// ends first it takes the connection with it, and a new one is made.
		return nil
	case verb == "absent" && jobThere != "-" && jobThere != job.ID:
		f.Code, f.Tried = fault.WrongJob, "entering the job on "+job.Node.Name
		f.Answer = "the node put Sunpyter in your job " + jobThere + " instead"
		f.Advice = "Cancel that job, or start again on another node: exclude this one with " + fault.Option("exclude="+job.Node.Name) + "."
	case verb == "absent":
		f.Answer, f.Err = "its private directory "+job.Node.Private+" does not exist there", ErrAbsent
		f.Advice = "The job may have just ended, or this site gives each job its own /tmp: ask the site to turn pam_slurm_adopt on."
	default:
		f.Answer = "the shell there printed unexpected output: " + remote.Excerpt(line)
		f.Advice = "Check that " + fault.Shell("ssh") + " to a node where you have a job opens a working shell."
	}
	return f
}

// Close ends both and waits for the agent's reader; it may be called on nil.
func (w *Conn) Close() {
	if w == nil {
		return
	}
	_ = w.conn.Close()
	w.agent.Close()
	if w.opening != nil {
		<-w.opening // ends with conn
	}
}

// Lines returns the agent's lines; on nil there is never one.
func (w *Conn) Lines() <-chan string {
	if w == nil {
		return nil
	}
	return w.agent.Lines()
}

// Done is closed when the connection has ended; on nil it never is.
func (w *Conn) Done() <-chan struct{} {
	if w == nil {
		return nil
	}
	return w.conn.Done()
}

// Renew sends a renewal of the lease.
func (w *Conn) Renew(sequence, seconds int) error {
	return w.agent.Send("lease %d %d", sequence, seconds)
}

// Err returns why the connection has ended, or nil while it has not.
func (w *Conn) Err() error { return w.conn.Err() }

// Lost returns the error of a connection that was lost.
func (w *Conn) Lost() error {
	return &fault.Error{
		Code: fault.LinkLost, Tried: "talking to the job", Answer: "the connection into it ended", Err: w.conn.Err(),
		Advice: "Sunpyter retries automatically.",
	}
}

// JupyterLog returns the end of Jupyter's log in the job of a record, over a new
// connection into the job.
func JupyterLog(ctx context.Context, login LoginConn, rec store.Record, lines int) (string, error) {
	if !rec.Node.Reported() {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "reading Jupyter's log", Answer: "job " + rec.JobID + " is not running yet", Advice: "Wait until it is."}
	}
	w, err := ToRecord(ctx, login, rec)
	if err != nil {
		return "", err
	}
	defer w.Close()
	return w.JupyterLog(ctx, lines)
}

// JupyterLog returns the end of Jupyter's log.
func (w *Conn) JupyterLog(ctx context.Context, lines int) (string, error) {
	return remote.JupyterLog(ctx, w.conn, w.private, lines)
}

// KernelStarts returns when the kernels of the job began; see [remote.KernelStarts].
func (w *Conn) KernelStarts(ctx context.Context) (map[string]time.Time, error) {
	return remote.KernelStarts(ctx, w.conn)
}

// ToRecord connects into the job of a record, with one attempt for each route.
func ToRecord(ctx context.Context, login LoginConn, rec store.Record) (*Conn, error) {
	d := Dialer{Login: login, Job: Job{rec.Node, rec.JobID, rec.Generation, rec.NodePort}}
	for _, a := range Plan(rec.Pinned, rec.Route, "") {
		if once := (Attempt{Route: a.Route}); !slices.Contains(d.Plan, once) {
			d.Plan = append(d.Plan, once)
		}
	}
	return d.Connect(ctx)
}
