package session

import (
	"context"
	"net"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
)

// aheadTimeout bounds an attempt to open a stream to Jupyter ahead.
const aheadTimeout = 10 * time.Second

// ahead opens a stream to Jupyter's socket while the holder still learns the token, which
// saves a round trip: the first request finds it open, and what is asked on it waits in
// the socket's queue until Jupyter runs. It may be too early: the holder tells when the socket
// is there, and then it is called again.
func (w *way) ahead() {
	ctx, cancel := context.WithTimeout(context.Background(), aheadTimeout)
	previous, over := w.opened, make(chan struct{})
	w.opened = over
	go func() { // close waits for it
		defer close(over)
		defer cancel()
		if previous != nil {
			<-previous
		}
		if len(w.spare) > 0 {
			return
		}
		if conn, err := w.conn.TryUnix(ctx, remote.Socket(w.private)); err == nil { // else it is not there yet
			w.spare <- conn
		}
	}()
}

// first gives a stream that was opened ahead, or nil. It waits for an
// attempt that is under way.
func (w *way) first(ctx context.Context) net.Conn {
	select {
	case <-w.opened:
	case <-ctx.Done():
		return nil
	}
	select {
	case conn := <-w.spare:
		return conn
	default:
		return nil
	}
}

// firstOf is first, and tries once more where that gave nothing: the fault is a socket
// that cannot be reached at all.
func (w *way) firstOf(ctx context.Context, j remote.Jupyter) (net.Conn, error) {
	conn := w.first(ctx)
	if conn != nil || j.Network != "unix" {
		return conn, nil
	}
	conn, err := w.dial(j)(ctx)
	if err == nil {
		return conn, nil
	}
	if fault.Is(err, fault.ForwardRefused) {
		return nil, err
	}
	return nil, nil // answers tells what becomes of it
}
