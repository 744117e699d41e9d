package nodeconn

import (
	"context"
	"net"
	"time"

	"github.com/sa2c/sunpyter/session/remote"
)

// DialJupyter opens one connection to Jupyter.
func (w *Conn) DialJupyter(ctx context.Context, j remote.Jupyter) (net.Conn, error) {
	if j.Network == "tcp" {
		return w.conn.DialTCP(ctx, j.Address)
	}
	return w.conn.DialUnix(ctx, j.Address)
}

// preopenTimeout bounds an attempt to open a stream to Jupyter ahead.
const preopenTimeout = 10 * time.Second

// Preopen opens a stream to Jupyter's socket before the agent has reported the token,
// which saves a round trip: the first request finds it open, and waits in the socket's
// queue until Jupyter runs. It fails if the socket does not exist yet; preopen is called
// again when the agent reports that it does.
func (w *Conn) Preopen() {
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

// FirstStream returns a stream that was opened ahead, or opens one.
func (w *Conn) FirstStream(ctx context.Context, j remote.Jupyter) (net.Conn, error) {
	select {
	case <-w.opening:
	case <-ctx.Done():
	}
	select {
	case conn := <-w.preopened:
		return conn, nil
	default:
		return w.DialJupyter(ctx, j)
	}
}
