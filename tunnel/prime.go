package tunnel

import (
	"context"
	"errors"
	"time"

	"golang.org/x/crypto/ssh"
)

// primeTimeout bounds the command that turns the host's Nagle off.
const primeTimeout = 10 * time.Second

// prime makes the host send small messages at once. OpenSSH leaves Nagle's
// algorithm on until a command has run on a connection, and each forwarded
// message may then wait 40 ms. It costs the caller no round trip: the session
// is opened beside the caller's own channel.
func (c *Conn) prime() {
	if !c.primed.CompareAndSwap(false, true) {
		return
	}
	c.primes.Store(true)
	go func() {
		defer close(c.priming)
		ctx, cancel := context.WithTimeout(context.Background(), primeTimeout)
		defer cancel()
		channel, requests, err := c.open(ctx, "session", nil)
		if err != nil {
			return
		}
		p, err := launch(channel, requests, "true")
		if err != nil {
			return
		}
		select {
		case <-p.ended:
		case <-ctx.Done():
		case <-c.done:
		}
		_ = channel.Close()
	}()
}

// openSession opens a session channel. Where the host allows one session alone
// (MaxSessions 1), that of prime may still hold it.
func (c *Conn) openSession(ctx context.Context) (ssh.Channel, <-chan *ssh.Request, error) {
	channel, requests, err := c.open(ctx, "session", nil)
	if _, refused := errors.AsType[*ssh.OpenChannelError](err); !refused || !c.primes.Load() {
		return channel, requests, err
	}
	select {
	case <-c.priming:
	case <-ctx.Done():
	}
	return c.open(ctx, "session", nil)
}
