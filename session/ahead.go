package session

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// aheadTimeout bounds an attempt to have Jupyter answer ahead.
const aheadTimeout = 10 * time.Second

// socket is where job.sh tells Jupyter to listen.
func (w *way) socket() string { return w.private + "/s" }

// ahead asks at Jupyter's socket while the holder still learns the token, which
// saves two round trips. It may be too early: the holder tells when the socket
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
		conn, err := w.conn.TryUnix(ctx, w.socket())
		if err != nil {
			return // not there yet
		}
		if askVersion(ctx, conn) != nil {
			_ = conn.Close()
			return
		}
		w.spare <- conn
	}()
}

// first gives a stream on which Jupyter has answered, or nil. It waits for an
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

// firstOf is first, and finds out whether a socket that gave nothing can be reached at all.
func (w *way) firstOf(ctx context.Context, j jupyter) (net.Conn, error) {
	conn := w.first(ctx)
	if conn != nil || j.network != "unix" {
		return conn, nil
	}
	probe, err := w.dial(j)(ctx)
	if fault.Is(err, fault.ForwardRefused) {
		return nil, err
	}
	if err == nil {
		_ = probe.Close()
	}
	return nil, nil // answers tells what becomes of it
}

// askVersion asks for /api, the one answer that needs no token. The question waits
// in the socket's queue until Jupyter runs.
func askVersion(ctx context.Context, conn net.Conn) error {
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	defer func() { _ = conn.SetDeadline(time.Time{}) }()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/api", nil)
	if err != nil {
		return err
	}
	if err := req.Write(conn); err != nil {
		return err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || res.Close {
		return fmt.Errorf("the answer was %s", res.Status)
	}
	return nil
}
