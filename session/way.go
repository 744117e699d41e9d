package session

import (
	"context"
	"net"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// way is the connection into the job: over it go Jupyter's socket, the lease
// and the log. It owns conn and holder.
type way struct {
	conn    *tunnel.Conn
	holder  *remote.Stream // attach.sh
	private string         // the private folder on the node
	jupyter remote.Jupyter // where Jupyter listens, once the holder has told

	spare  chan net.Conn   // a stream to Jupyter that was opened ahead; room for one
	opened <-chan struct{} // closed when the last attempt to get one is over; nil: none was made
}

// inside is what there is to know of a job to get into it.
type inside struct {
	node       store.Node
	id         string // the job's
	generation int    // of the session's owner
	listen     bool   // a step may listen on a port, see Place.NodePort
}

// openWay goes into the job by a route.
func openWay(ctx context.Context, login Login, route store.Route, job inside) (*way, error) {
	conn, err := open(ctx, login, route, job)
	if err != nil {
		return nil, err
	}
	return newWay(ctx, conn, job)
}

// newWay makes a way of a connection to the job's node, which is closed if it is none.
func newWay(ctx context.Context, conn *tunnel.Conn, job inside) (w *way, err error) {
	w = &way{conn: conn, private: job.node.Private, spare: make(chan net.Conn, 1)}
	w.ahead() // a Jupyter that starts fast is there already
	if w.holder, err = remote.OpenStream(ctx, conn, remote.AgentCommand(job.node.Private, job.generation)); err != nil {
		w.close()
		return nil, err
	}
	line, _, err := w.holder.Next(ctx)
	if err != nil {
		w.close()
		return nil, err
	}
	verb, found := remote.Cut(line)
	switch {
	case verb == "here":
		// Where two jobs of a user share a node, pam_slurm_adopt puts every connection
		// into one of them. Our folder is to be seen from there, so it serves; if that
		// job ends first it takes the connection with it, and a new one is made.
		return w, nil
	case verb == "absent" && found != "-" && found != job.id:
		err = wrongJob(job.node.Name, found)
	case verb == "absent":
		err = &fault.Error{
			Code: fault.NoRoute, Tried: "entering job " + job.id + " on " + job.node.Name,
			Answer: "its private folder " + job.node.Private + " is not to be seen there",
			Advice: "The job may have ended this moment, or this site gives each job a /tmp of its own: ask the site to turn pam_slurm_adopt on.",
			Err:    errAbsent,
		}
	default:
		err = &fault.Error{
			Code: fault.NoRoute, Tried: "entering job " + job.id + " on " + job.node.Name,
			Answer: "the shell there said nothing that can be understood: " + remote.Excerpt(line),
			Advice: "Check that `ssh` to a node where you have a job gives a working shell.",
		}
	}
	w.close()
	return nil, err
}

func wrongJob(node, job string) error {
	return &fault.Error{
		Code: fault.WrongJob, Tried: "entering the job on " + node,
		Answer: "the node put us into your job " + job + " instead",
		Advice: "End that job, or start again on another node (--sbatch-option=--exclude=" + node + ").",
	}
}

// close ends both; it may be called on nil and waits for the holder's reader.
func (w *way) close() {
	if w == nil {
		return
	}
	_ = w.conn.Close()
	w.holder.Close()
	if w.opened != nil {
		<-w.opened // ends with conn
	}
}

// dial opens one connection to Jupyter.
func (w *way) dial(j remote.Jupyter) func(ctx context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		if j.Network == "tcp" {
			return w.conn.DialTCP(ctx, j.Address)
		}
		return w.conn.DialUnix(ctx, j.Address)
	}
}

// log reads the end of Jupyter's log.
func (w *way) log(ctx context.Context, lines int) (string, error) {
	return remote.JupyterLog(ctx, w.conn, w.private, lines)
}

// JupyterLog reads the end of Jupyter's log in the job that rec tells of, over a
// connection into the job of its own.
func JupyterLog(ctx context.Context, login Login, rec store.Record, lines int) (string, error) {
	if !rec.Node.Reported() {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "reading Jupyter's log", Answer: "job " + rec.JobID + " does not run yet", Advice: "Wait until it does."}
	}
	w, err := enterRecorded(ctx, login, rec)
	if err != nil {
		return "", err
	}
	defer w.close()
	return w.log(ctx, lines)
}
