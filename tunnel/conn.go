package tunnel

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Conn is an authenticated SSH connection to one host. Its methods may be
// called from several goroutines. Its owner ends it with Close; Done
// is closed when it has ended, by Close or because the link was lost.
type Conn struct {
	client  client
	own     *ownClient     // the client, if it belongs to this process; nil: another process holds it
	closers []func() error // what is under an own one, closed in this order
	target  *sshconfig.Target
	login   loginResult
	log     *zap.Logger
	opts    *Options

	sessions  sessions      // the commands on this connection
	nagleOff  atomic.Bool   // a command was sent, so the host's Nagle is off
	breaker   *nagleBreaker // nil: nothing delays what is sent to us
	unixWorks atomic.Bool   // a unix socket was reached once

	once sync.Once
	done chan struct{}
	err  error // set before done is closed
}

// loginResult is what is kept of a login.
type loginResult struct {
	keys     []*sshauth.Key // what a further hop may sign with, the accepted one first
	prompted bool           // the user typed something for it
	address  string         // see Conn.Address
}

// client is an SSH connection of this process, or of one that holds it for us.
type client interface {
	OpenChannel(kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error)
	// Alive probes the host; false: nothing was received for patience.
	Alive(ctx context.Context, patience time.Duration) bool
	// Wait waits for the connection's end.
	Wait() error
	// Close ends it, or releases that of another process, and closes the channels opened here.
	Close() error
}

// newConn returns a connection over cl; the caller completes it, then starts it.
func newConn(cl client, t *sshconfig.Target, opts *Options) *Conn {
	c := &Conn{client: cl, target: t, login: loginResult{prompted: opts.prompted()}, log: opts.log(), opts: opts, done: make(chan struct{})}
	c.own, _ = cl.(*ownClient)
	c.sessions.conn, c.sessions.overflow.first = c, c
	return c
}

// start watches over a connection of this process until it ends.
func (c *Conn) start() {
	go c.awaitEnd()
	go c.keepAlive(cmp.Or(c.opts.keepalive, usualKeepalive).soonerFor(c.target))
}

// awaitEnd closes what belongs to a connection that ended without Close.
func (c *Conn) awaitEnd() {
	err := c.client.Wait()
	c.endLost("the connection was closed", err)
}

// User is our name on the host.
func (c *Conn) User() string { return c.target.User }

// Address returns the host's address if this process connected to it directly, else "".
func (c *Conn) Address() string { return c.login.address }

// Done is closed when the connection has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err returns why the connection ended: a LinkLost fault, or nil while it is open
// and after Close.
func (c *Conn) Err() error {
	if channels.IsClosed(c.done) {
		return c.err
	}
	return nil
}

// Close ends the connection, all that runs over it, and the hops below it.
func (c *Conn) Close() error {
	c.end(nil)
	return nil
}

// end closes everything once; the first cause is kept.
func (c *Conn) end(cause error) {
	c.once.Do(func() {
		c.err = cause
		if cause != nil {
			c.log.Info("an SSH connection ended", zap.String("host", c.target.Host), zap.Error(cause))
		}
		c.sessions.overflow.close(true)
		_ = c.client.Close()
		for _, end := range c.closers {
			_ = end()
		}
		close(c.done)
	})
}

// endLost ends a connection whose link was lost.
func (c *Conn) endLost(answer string, err error) {
	c.end(&fault.Error{Code: fault.LinkLost, Tried: "using the connection to " + c.target.Label(), Answer: answer,
		Advice: fault.OnlineAdvice, Err: err})
}

// use is what a channel is for.
type use int

const (
	useInteractive use = iota // few bytes, which must not wait
	useBulk                   // much data
)

// openChannel opens a channel. The library cannot be interrupted, so a goroutine waits
// for the host's answer; one that comes too late is closed by it.
func (c *Conn) openChannel(ctx context.Context, use use, kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	open := c.client.OpenChannel
	if remote, ok := c.client.(RemoteConn); ok && use == useBulk {
		open = remote.OpenBulk
	}
	type opened struct {
		channel  ssh.Channel
		requests <-chan *ssh.Request
		err      error
	}
	answer := make(chan opened)
	go func() {
		ch, reqs, err := open(kind, payload)
		select {
		case answer <- opened{ch, reqs, err}:
		case <-ctx.Done():
			if err == nil {
				_ = ch.Close()
				ssh.DiscardRequests(reqs)
			}
		case <-c.done:
		}
	}()
	select {
	case a := <-answer:
		return a.channel, a.requests, a.err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-c.done:
		return nil, nil, errClosed
	}
}

// errClosed means that the connection has ended.
var errClosed = errors.New("the connection is closed")

// callError returns the fault for a call on a connection that may just have ended;
// nil if it has not.
func (c *Conn) callError(ctx context.Context, tried string) error {
	if ctx.Err() != nil {
		return fault.ContextError(ctx, tried)
	}
	if !channels.IsClosed(c.done) {
		return nil
	}
	return &fault.Error{Code: fault.LinkLost, Tried: tried, Answer: "the connection to " + c.target.Label() + " ended",
		Advice: fault.OnlineAdvice, Err: c.err}
}
