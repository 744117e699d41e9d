package tunnel

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/internal/retry"
)

const (
	// sessionWait is how long a command waits for another one to end, if the host
	// allows no more of them on one connection (MaxSessions).
	sessionWait = 10 * time.Second
	// sessionRetryMin and sessionRetryMax pace the attempts meanwhile: the host may
	// release a session a moment after its end is known here.
	sessionRetryMin, sessionRetryMax = 50 * time.Millisecond, 500 * time.Millisecond
)

// sessions are the commands on one connection, of which the host may allow only a few
// at once.
type sessions struct {
	overflow overflow

	mu    sync.Mutex
	ended chan struct{} // guarded by mu; closed when the next session ends; nil: no one waits
}

// nextEnd returns a channel that is closed when a session ends.
func (s *sessions) nextEnd() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		s.ended = make(chan struct{})
	}
	return s.ended
}

// release wakes those who wait for a session's end.
func (s *sessions) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended != nil {
		close(s.ended)
		s.ended = nil
	}
}

// openSession opens a session channel. If the host allows no more on this
// connection, it waits until another session ends; if a key alone logs us in, it opens a
// further connection instead (see overflow).
func (c *Conn) openSession(ctx context.Context) (ssh.Channel, <-chan *ssh.Request, error) {
	begun, limit := time.Now(), cmp.Or(c.opts.sessionWait, sessionWait)
	pause := retry.Backoff{Min: sessionRetryMin, Max: sessionRetryMax}
	mayDial := c.sessions.overflow.byKey
	for {
		ended := c.sessions.nextEnd()
		channel, requests, err := c.openCounted(ctx)
		if _, remote := c.client.(RemoteConn); remote || !isRefusal(err) { // a remote one has already waited
			return channel, requests, err
		}
		if further := c.sessions.overflow.acquire(); further != nil {
			return c.openOnOverflow(ctx, further)
		}
		switch waited := time.Since(begun); {
		case waited > limit:
			return nil, nil, err
		case mayDial && waited > overflowAfter:
			mayDial = false // once: a refused login would count against us
			if err := c.dialOverflow(ctx); err != nil {
				c.log.Info("no further connection could be made", zap.String("host", c.target.Host), zap.Error(err))
			}
			continue
		}
		timer := time.NewTimer(pause.Next())
		select {
		case <-ended:
		case <-timer.C:
		case <-ctx.Done():
			err = ctx.Err()
		case <-c.done:
			err = errClosed
		}
		timer.Stop()
		if !isRefusal(err) {
			return nil, nil, err
		}
	}
}

// openCounted opens a session on this connection, whose end wakes those who wait.
func (c *Conn) openCounted(ctx context.Context) (ssh.Channel, <-chan *ssh.Request, error) {
	channel, requests, err := c.openChannel(ctx, "session", nil)
	if err != nil {
		return nil, nil, err
	}
	return channel, onEnd(requests, c.sessions.release), nil
}

// onEnd passes a channel's requests on, and calls then when the channel has ended.
func onEnd(requests <-chan *ssh.Request, then func()) <-chan *ssh.Request {
	passed := make(chan *ssh.Request)
	go func() { // ends with the channel
		defer then()
		defer close(passed)
		for r := range requests {
			passed <- r
		}
	}()
	return passed
}

func isRefusal(err error) bool {
	_, refused := errors.AsType[*ssh.OpenChannelError](err)
	return refused
}
