package session

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/future"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/tunnel"
)

// nodeLink is a session's connection into its job, while there is one, and what is
// known of the routes to it.
type nodeLink struct {
	current atomic.Pointer[nodeconn.Conn] // nil: none; other goroutines read it
	lost    bool                          // current has ended, or its far end hangs
	jupyter *remote.Jupyter               // where Jupyter listens, as the agent reports it; nil: not yet
	closed  []nodeconn.Refusal            // routes that refused the login, and are not tried again
	early   *future.Future[*tunnel.Conn]  // an ssh connection begun before its turn; nil: not begun, or used
}

// prefetch begins to connect to the job's node by ssh. A step is not begun early: it asks
// Slurm's controller, and may be begun once only.
func (n *nodeLink) prefetch(ctx context.Context, tasks *sync.WaitGroup, login nodeconn.LoginConn, job nodeconn.Job, timeout time.Duration) {
	n.early = future.Begin(tasks, func() (*tunnel.Conn, error) {
		limit, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return nodeconn.Dial(limit, login, store.Jump, job)
	})
}

// conn returns the connection, or nil. After lost there are no more events of it.
func (n *nodeLink) conn() *nodeconn.Conn {
	if n.lost {
		return nil
	}
	return n.current.Load()
}

// set starts the use of a connection.
func (n *nodeLink) set(w *nodeconn.Conn) {
	n.lost, n.jupyter = false, nil
	n.current.Store(w)
}

// take removes the connection and returns it for the caller to close; it may return nil.
func (n *nodeLink) take() *nodeconn.Conn {
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
