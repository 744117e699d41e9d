package session

import (
	"context"
	"sync/atomic"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/tunnel"
)

// nodeLink is a session's connection into its job, while there is one, and what is
// known of the routes to it.
type nodeLink struct {
	current atomic.Pointer[nodeConn] // nil: none; other goroutines read it
	lost    bool                     // current has ended, or its far end hangs
	jupyter *remote.Jupyter          // where Jupyter listens, as the agent reports it; nil: not yet
	closed  []refusal                // routes that refused the login, and are not tried again
	early   *future[*tunnel.Conn]    // an ssh connection begun before its turn; nil: not begun, or used
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

// take removes the connection, for somebody who closes it; it may return nil.
func (n *nodeLink) take() *nodeConn {
	n.lost, n.jupyter = false, nil
	return n.current.Swap(nil)
}

// setJupyter parses the agent's report of where Jupyter listens.
func (n *nodeLink) setJupyter(rest string) error {
	j, ok := remote.ParseJupyter(rest)
	if !ok {
		return &fault.Error{Code: fault.JupyterSilent, Tried: "finding Jupyter in the job", Answer: "its address cannot be understood", Advice: "More is in the log: " + fault.Command("log") + "."}
	}
	n.jupyter = &j
	return nil
}

// log returns the last lines of Jupyter's log, for any goroutine.
func (n *nodeLink) log(ctx context.Context, lines int) (string, error) {
	w := n.current.Load()
	if w == nil {
		return "", &fault.Error{Code: fault.BadRequest, Tried: "reading Jupyter's log", Answer: "there is no connection into the job now",
			Advice: "Wait until the kernel is ready, or connected again."}
	}
	return remote.JupyterLog(ctx, w.conn, w.private, lines)
}
