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
	// besideAfter is how long a command waits for another to end, before a second
	// connection is made where the host allows no more of them on one (MaxSessions).
	besideAfter = time.Second
	// besidePause comes before the first new try, and doubles.
	besidePause = 50 * time.Millisecond
	// besideIdle is how long a second connection stays without a command.
	besideIdle = 30 * time.Second
	// maxBeside is how many such connections there are, each made beside the one before.
	maxBeside = 3
)

// beside is a second connection to the same host, for commands for which the first has
// no room. It is made only where that takes no person, and where a key is sure to
// do: a refused login would count against us.
type beside struct {
	depth  int        // of connections of which this is beside
	byKey  bool       // a key alone let us in
	making sync.Mutex // one is made at a time

	mu   sync.Mutex // guards the fields below
	conn *Conn      // nil: none
	used int        // commands on it
	idle *time.Timer
	over bool // the first has ended
}

// openBeside opens a session for which this connection has no room just now, in the host's
// words.
func (c *Conn) openBeside(ctx context.Context, refusal error) (ssh.Channel, <-chan *ssh.Request, error) {
	begun, pause := time.Now(), besidePause
	second := c.beside.use()
	for ; second == nil; second = c.beside.use() {
		if time.Since(begun) > besideAfter {
			if err := c.makeBeside(ctx); err != nil {
				c.log.Info("no second connection could be made", zap.String("host", c.target.Host), zap.Error(err))
				return nil, nil, refusal
			}
			continue
		}
		sleep(ctx, pause)
		pause *= 2
		if channel, requests, err := c.open(ctx, "session", nil); !isRefusal(err) {
			return channel, requests, err
		}
	}
	channel, requests, err := second.openSession(ctx)
	if err != nil {
		c.beside.leave()
		return nil, nil, err
	}
	passed := make(chan *ssh.Request)
	go func() { // ends with the channel
		defer c.beside.leave()
		defer close(passed)
		for r := range requests {
			passed <- r
		}
	}()
	return channel, passed, nil
}

func isRefusal(err error) bool {
	_, refused := errors.AsType[*ssh.OpenChannelError](err)
	return refused
}

// errNoBeside: a second login might need a person, or there are enough.
var errNoBeside = errors.New("there may be no further connection")

// makeBeside makes the second connection, unless there is one by now.
func (c *Conn) makeBeside(ctx context.Context) error {
	c.beside.making.Lock()
	defer c.beside.making.Unlock()
	if c.beside.current() != nil {
		return nil
	}
	if !c.beside.byKey || c.beside.depth >= maxBeside {
		return errNoBeside
	}
	target, opts := *c.target, *c.opts
	target.Keyboard, target.Password, target.Warnings = false, false, nil
	opts.Prompter, opts.Notice, opts.Prefer, opts.typed = nil, nil, c.Address(), nil
	conn, err := Dial(ctx, target, opts)
	if err != nil {
		return err
	}
	conn.beside.depth = c.beside.depth + 1
	c.log.Info("the host allows few commands on one connection: a second one is made", zap.String("host", c.target.Host))
	if !c.beside.take(conn) {
		_ = conn.Close()
		return errClosed
	}
	return nil
}

// take keeps a connection; false: the first has ended.
func (b *beside) take(conn *Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return false
	}
	b.conn = conn
	return true
}

// use notes a command on the connection, if there is one that lives; nil: none.
func (b *beside) use() *Conn {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.conn == nil || b.conn.Err() != nil {
		b.conn = nil
		return nil
	}
	b.used++
	if b.idle != nil {
		b.idle.Stop()
	}
	return b.conn
}

func (b *beside) current() *Conn {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.conn
}

// leave notes that a command has ended.
func (b *beside) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used--
	if b.used == 0 && b.conn != nil && !b.over {
		b.idle = time.AfterFunc(besideIdle, func() { b.close(false) })
	}
}

// close ends the connection: if it is not used, or for good.
func (b *beside) close(over bool) {
	b.mu.Lock()
	conn := b.conn
	if !over && b.used > 0 {
		conn = nil
	}
	if conn != nil {
		b.conn = nil
	}
	if b.idle != nil {
		b.idle.Stop()
	}
	b.over = b.over || over
	b.mu.Unlock()
	if conn != nil {
		_ = conn.Close()
	}
}
