package login

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel"
)

// sessionWait is how long a channel for a command waits for another to end, where
// the host allows no more of them on one connection (MaxSessions): several
// windows may want some at once.
const sessionWait = 10 * time.Second

// sessionLook is how often it tries by itself: the host may make room a moment after the
// other one's end is known here.
const sessionLook = 500 * time.Millisecond

// upstream is the connection that is shared.
type upstream struct {
	*tunnel.Conn

	mu    sync.Mutex // guards freed
	freed chan struct{}
}

func newUpstream(conn *tunnel.Conn) *upstream {
	return &upstream{Conn: conn, freed: make(chan struct{})}
}

// open opens a channel, if need be after another one of its kind has ended.
func (u *upstream) open(ctx context.Context, kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	limit := time.NewTimer(sessionWait)
	defer limit.Stop()
	for {
		freed := u.free()
		ch, requests, err := u.OpenChannel(ctx, kind, payload)
		if _, refused := errors.AsType[*ssh.OpenChannelError](err); !refused || kind != "session" {
			return ch, requests, err
		}
		select {
		case <-freed:
		case <-time.After(sessionLook):
		case <-limit.C:
			return nil, nil, err
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// free gives a channel that is closed when the next channel of a client ends.
func (u *upstream) free() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.freed
}

// ended tells those who wait that a channel has ended.
func (u *upstream) ended() {
	u.mu.Lock()
	defer u.mu.Unlock()
	close(u.freed)
	u.freed = make(chan struct{})
}

// newName makes a name that nobody guesses.
func newName() string { return rand.Text() }
