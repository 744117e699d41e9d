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
	conn     *Conn
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

// open opens a session channel. If the host allows no more on this
// connection, it waits until another session ends; if a key alone logs us in, it opens a
// further connection instead (see overflow).
func (s *sessions) open(ctx context.Context, use use) (ssh.Channel, <-chan *ssh.Request, error) {
	begun, limit := time.Now(), cmp.Or(s.conn.opts.sessionWait, sessionWait)
	pause := retry.Backoff{Min: sessionRetryMin, Max: sessionRetryMax}
	mayDial := s.overflow.byKey
	for {
		ended := s.nextEnd()
		channel, requests, err := s.openCounted(ctx, use)
		if _, remote := s.conn.client.(RemoteConn); remote || !isRefusal(err) { // a remote one has already waited
			return channel, requests, err
		}
		if further := s.overflow.acquire(); further != nil {
			return s.overflow.open(ctx, further)
		}
		switch waited := time.Since(begun); {
		case waited > limit:
			return nil, nil, err
		case mayDial && waited > overflowAfter:
			mayDial = false // once: a refused login would count against us
			if err := s.overflow.dial(ctx); err != nil {
				s.conn.log.Info("no further connection could be made", zap.String("host", s.conn.target.Host), zap.Error(err))
			}
			continue
		}
		select {
		case <-ended:
		case <-time.After(pause.Next()):
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.conn.done:
			err = errClosed
		}
		if !isRefusal(err) {
			return nil, nil, err
		}
	}
}

// openCounted opens a session on this connection, whose end wakes those who wait.
func (s *sessions) openCounted(ctx context.Context, use use) (ssh.Channel, <-chan *ssh.Request, error) {
	channel, requests, err := s.conn.openChannel(ctx, use, "session", nil)
	if err != nil {
		return nil, nil, err
	}
	return channel, onEnd(requests, s.release), nil
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
