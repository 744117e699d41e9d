package tunnel

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"
)

const (
	// overflowAfter is how long a command waits for another one to end before a further
	// connection is opened.
	overflowAfter = time.Second
	// overflowIdle is how long a further connection stays open without a command.
	overflowIdle = 30 * time.Second
	// maxOverflows is how many of them there are, each opened for the one before.
	maxOverflows = 3
)

// overflow is a further connection to the same host, for commands for which the first has
// no room (MaxSessions). It is opened only where a key alone is sure to log us in: a
// refused login would count against the user, and the user is not prompted.
type overflow struct {
	first   *Conn      // the connection that has no room
	depth   int        // how many connections this one is the overflow of
	byKey   bool       // a key alone logged us in
	dialing sync.Mutex // one is opened at a time

	mu     sync.Mutex // guards the fields below
	conn   *Conn      // nil: none
	used   int        // commands on it
	idle   *time.Timer
	closed bool // the first connection has ended
}

// open opens a session on a further connection that was acquired.
func (o *overflow) open(ctx context.Context, further *Conn) (ssh.Channel, <-chan *ssh.Request, error) {
	channel, requests, err := further.sessions.open(ctx, useInteractive)
	if err != nil {
		o.release()
		return nil, nil, err
	}
	return channel, onEnd(requests, o.release), nil
}

var errNoOverflow = errors.New("another login might prompt the user, or there are enough connections")

// dial opens a further connection, unless there is one by now.
func (o *overflow) dial(ctx context.Context) error {
	o.dialing.Lock()
	defer o.dialing.Unlock()
	o.mu.Lock()
	exists := o.conn != nil
	o.mu.Unlock()
	if exists {
		return nil
	}
	if !o.byKey || o.depth >= maxOverflows {
		return errNoOverflow
	}
	target, opts := *o.first.target, *o.first.opts
	target.Methods.Keyboard, target.Methods.Password, target.Warnings = false, false, nil
	opts.Prompter, opts.Notice, opts.Prefer, opts.promptedFlag = nil, nil, o.first.Address(), nil
	conn, err := Dial(ctx, target, opts)
	if err != nil {
		return err
	}
	conn.sessions.overflow.depth = o.depth + 1
	o.first.log.Info("the host allows few commands on one connection: opening another connection", zap.String("host", o.first.target.Host))
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		_ = conn.Close()
		return errClosed
	}
	o.conn = conn
	return nil
}

// acquire returns the connection for one command; nil: there is none.
func (o *overflow) acquire() *Conn {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.conn == nil || o.conn.Err() != nil {
		o.conn = nil
		return nil
	}
	o.used++
	if o.idle != nil {
		o.idle.Stop()
	}
	return o.conn
}

// release releases what acquire returned.
func (o *overflow) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.used--
	if o.used == 0 && o.conn != nil && !o.closed {
		o.idle = time.AfterFunc(overflowIdle, func() { o.close(false) })
	}
}

// close closes the connection: for good, or if it is unused.
func (o *overflow) close(forGood bool) {
	o.mu.Lock()
	conn := o.conn
	if !forGood && o.used > 0 {
		conn = nil
	}
	if conn != nil {
		o.conn = nil
	}
	if o.idle != nil {
		o.idle.Stop()
	}
	o.closed = o.closed || forGood
	o.mu.Unlock()
	if conn != nil {
		_ = conn.Close()
	}
}
