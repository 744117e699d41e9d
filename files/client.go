package files

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
)

// idleTime is how long the channel, and with it the sftp-server on the login node, stays
// open after its last use.
const idleTime = 2 * time.Minute

const (
	// probeAfter is how long a call takes before it checks that the host still answers.
	probeAfter = 3 * time.Second
	// probePatience is how long the host may be silent then; the keepalives would take 40 s
	// to notice that the connection is lost.
	probePatience = 8 * time.Second
)

// Host is a connection to a login node; *tunnel.Conn is one.
type Host interface {
	// Subsystem starts a subsystem of the SSH server.
	Subsystem(ctx context.Context, name string) (io.ReadWriteCloser, error)
	// Start runs a command and returns its output and input.
	Start(ctx context.Context, command string) (io.ReadWriteCloser, error)
	// Done is closed when the connection has ended.
	Done() <-chan struct{}
	// Probe closes a connection that is silent for patience.
	Probe(ctx context.Context, patience time.Duration)
}

// Options configures a Client.
type Options struct {
	// Connect returns the live connection to the login node. The Client calls release when
	// it has closed its channel.
	Connect func(ctx context.Context) (host Host, release func(), err error)
	// ConnectJob returns the connection into a running job, for hosts without SFTP; nil if
	// there is no job. Without it there is none.
	ConnectJob func() Host
	// Where names the host in errors.
	Where string
	Log   *zap.Logger

	idle time.Duration // replaces idleTime in tests
}

// Client is the user's files on one host. Its methods may be called from several
// goroutines; they return when ctx ends, even if the host is silent. Its owner closes it.
type Client struct {
	opts    Options
	opening chan struct{} // capacity 1: full while a caller opens the channel

	mu      sync.Mutex // guards the fields below
	current *channel
	users   int
	idle    *time.Timer
	closed  bool

	calls   sync.WaitGroup        // calls that may still wait for the host's answer
	listing recent[[]fs.FileInfo] // for its next page
	looked  recent[struct{}]      // the regular file that Stat has described last
}

// channel is an open SFTP channel.
type channel struct {
	*sftp.Client
	requests   *packetWriter
	extensions map[string]string // of the host, see versionReader
	host       Host
	home       string // where it starts: the home directory
	release    func()
}

// has reports whether the host knows an extension of SFTP.
func (ch *channel) has(extension string) bool {
	_, ok := ch.extensions[extension]
	return ok
}

// New returns a Client that opens nothing until it is used.
func New(o Options) *Client {
	o.idle = cmp.Or(o.idle, idleTime)
	if o.ConnectJob == nil {
		o.ConnectJob = func() Host { return nil }
	}
	return &Client{opts: o, opening: make(chan struct{}, 1)}
}

// Close closes the channel and ends what uses it.
func (c *Client) Close() {
	c.mu.Lock()
	c.closed = true
	ch := c.take()
	c.mu.Unlock()
	ch.close()
	c.calls.Wait()
}

// take returns the channel and forgets it. c.mu is held.
func (c *Client) take() *channel {
	if c.idle != nil {
		c.idle.Stop()
	}
	ch := c.current
	c.current = nil
	return ch
}

func (ch *channel) close() {
	if ch == nil {
		return
	}
	_ = ch.Client.Close()
	ch.release()
}

// acquire returns the open channel, or opens it. Then it calls early, if that is set, whose
// requests are sent with the first ones; it must not wait for their answers, nor open files.
// The caller must call c.leave.
func (c *Client) acquire(ctx context.Context, early func(*sftp.Client)) (*channel, error) {
	select {
	case c.opening <- struct{}{}:
		defer func() { <-c.opening }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if ch, err := c.use(); ch != nil || err != nil {
		return ch, err
	}
	opened, err := c.open(ctx, early)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.current = opened
	c.mu.Unlock()
	ch, err := c.use()
	if ch == nil && err == nil {
		err = c.errLost(nil)
	}
	return ch, err
}

// use returns the open channel, for one more user; nil: there is none.
func (c *Client) use() (*channel, error) {
	c.mu.Lock()
	var dead *channel
	defer func() {
		c.mu.Unlock()
		dead.close()
	}()
	if c.closed {
		dead = c.take()
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "accessing files on " + c.opts.Where, Answer: "the server is shutting down"}
	}
	if c.current != nil && channels.IsClosed(c.current.host.Done()) {
		dead = c.take()
	}
	if c.current == nil {
		return nil, nil
	}
	c.users++
	c.calls.Add(1)
	if c.idle != nil {
		c.idle.Stop() // if it has fired, expire sees the user
	}
	return c.current, nil
}

// leave ends what acquire began.
func (c *Client) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.calls.Done()
	c.users--
	if c.users == 0 && !c.closed {
		c.idle = time.AfterFunc(c.opts.idle, c.expire)
	}
}

// expire closes a channel that was not used for a while.
func (c *Client) expire() {
	c.mu.Lock()
	var unused *channel
	if c.users == 0 {
		unused = c.take()
	}
	c.mu.Unlock()
	c.listing.clear()
	unused.close()
}

// failed closes the channel after an error that says that it is broken.
func (c *Client) failed(ch *channel) {
	c.mu.Lock()
	if c.current == ch {
		c.take()
	} else {
		ch = nil // another call has closed it
	}
	c.mu.Unlock()
	ch.close()
}

// do runs f on the open channel. tried says what f does, for its error. When ctx ends first,
// do returns at once, and f ends with the host's answer or with the channel.
func do[T any](ctx context.Context, c *Client, tried string, f func(*channel) (T, error)) (T, error) {
	return doEarly(ctx, c, tried, nil, f)
}

// doEarly is do with requests for acquire.
func doEarly[T any](ctx context.Context, c *Client, tried string, early func(*sftp.Client), f func(*channel) (T, error)) (T, error) {
	var none T
	ch, err := c.acquire(ctx, early)
	if err != nil {
		if ctx.Err() != nil {
			err = fault.ContextError(ctx, tried)
		}
		return none, err
	}
	type outcome struct {
		value T
		err   error
	}
	answer := make(chan outcome, 1)
	go func() {
		defer c.leave()
		value, err := f(ch)
		if err != nil && isBroken(err) {
			c.failed(ch)
		}
		answer <- outcome{value, err}
	}()
	probing, stop := context.WithCancel(ctx)
	defer stop()
	defer time.AfterFunc(probeAfter, func() { ch.host.Probe(probing, probePatience) }).Stop()
	select {
	case o := <-answer:
		if o.err != nil {
			return o.value, c.explain(ctx, tried, o.err)
		}
		return o.value, nil
	case <-ctx.Done():
		return none, fault.ContextError(ctx, tried)
	}
}

// again is doEarly for calls that change nothing: if the channel turns out to be broken, because
// this computer slept for example, it tries once more with a new one.
func again[T any](ctx context.Context, c *Client, tried string, early func(*sftp.Client), f func(*channel) (T, error)) (T, error) {
	value, err := doEarly(ctx, c, tried, early, f)
	if fault.Is(err, fault.LinkLost) && ctx.Err() == nil {
		value, err = doEarly(ctx, c, tried, early, f)
	}
	return value, err
}
