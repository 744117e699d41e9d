package share

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// pipeConn is an end of a net.Pipe as a data connection.
type pipeConn struct{ net.Conn }

func (pipeConn) CloseWrite() error { return nil }

// TestDataConns: a data connection and its channel find each other, whichever comes first. One
// that is alone does not wait for ever, and nothing of it is left.
func TestDataConns(t *testing.T) {
	never := func() context.Context { return context.Background() }
	for _, row := range []struct {
		name           string
		deliver, await time.Duration // when it comes; negative: never
		ctx            func() context.Context
		found          bool
	}{
		{"the connection comes first", 0, time.Second, never, true},
		{"the channel comes first", time.Second, 0, never, true},
		{"the connection is alone", 0, -1, never, false},
		{"the channel is alone", -1, 0, never, false},
		{"the connection comes too late", handshakeTimeout + time.Second, 0, never, false},
		{"the daemon ends", 0, 0, func() context.Context {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			return ctx
		}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var all dataConns
				ctx := row.ctx()
				near, far := net.Pipe()
				if row.deliver >= 0 {
					go func() {
						time.Sleep(row.deliver)
						all.deliver(ctx, "token", pipeConn{near})
					}()
				}
				if row.await >= 0 {
					time.Sleep(row.await)
					conn, err := all.await(ctx, "token")
					if (err == nil) != row.found && ctx.Err() == nil {
						t.Errorf("%v, %v", conn, err)
					}
					if err == nil {
						_ = conn.Close()
					}
				}
				if row.deliver >= 0 { // its last owner has closed it
					if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
						t.Error(err)
					}
				}
				synctest.Wait()
				if len(all.waiting) > 0 {
					t.Errorf("left: %v", all.waiting)
				}
			})
		})
	}
}
