package tunnel

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	// flushFirst is how soon after our last write the first small packet is sent; they end
	// after flushLast, when an acknowledgement would come about as soon anyway.
	flushFirst = 2 * time.Millisecond
	flushLast  = 120 * time.Millisecond
	// fillerSize is more than fits into a usual packet, in bytes.
	fillerSize = 1500
)

// nagleBreaker keeps the connection between srun and the node from delaying small messages.
// Nagle's algorithm is on at both of its ends: the last segment of a message waits until the
// previous one is acknowledged, which takes 40 ms once cells follow each other quickly, unless
// the other end has data to send with the acknowledgement or to fill a segment with. So each
// write of ours is followed by a filler, which pushes it out, and then by small packets at
// growing intervals, so that the answer's segments are acknowledged.
type nagleBreaker struct {
	send   func(payload []byte) error
	writes chan struct{} // capacity 1
}

func newNagleBreaker(send func([]byte) error) *nagleBreaker {
	return &nagleBreaker{send, make(chan struct{}, 1)}
}

// wrote notes a write of ours. It may be called on nil.
func (n *nagleBreaker) wrote() {
	if n == nil {
		return
	}
	select {
	case n.writes <- struct{}{}:
	default:
	}
}

// run sends small packets after each write until done is closed.
func (n *nagleBreaker) run(done <-chan struct{}) {
	for {
		select {
		case <-n.writes:
		case <-done:
			return
		}
		if !n.flushFor(done) {
			return
		}
	}
}

// flushFor sends small packets after a write. It reports false when the connection has ended.
func (n *nagleBreaker) flushFor(done <-chan struct{}) bool {
	begun, payload, timer := time.Now(), make([]byte, fillerSize), time.NewTimer(flushFirst)
	defer timer.Stop()
	for {
		if n.send(payload) != nil {
			return false
		}
		payload = nil
		select {
		case <-n.writes:
			begun, payload = time.Now(), make([]byte, fillerSize)
			timer.Reset(flushFirst)
		case <-timer.C:
			passed := time.Since(begun)
			if passed >= flushLast {
				return true
			}
			timer.Reset(max(flushFirst, passed/3))
		case <-done:
			return false
		}
	}
}

// breakNagleForSrun makes the far end of a connection over srun answer at once. It uses a request
// that wants no reply and that no server knows, which does nothing.
func (c *Conn) breakNagleForSrun() {
	c.breaker = newNagleBreaker(func(payload []byte) error {
		_, _, err := c.own.SendRequest("keepalive@openssh.com", false, payload)
		return err
	})
	go c.breaker.run(c.done)
}

// nagleTimeout bounds the command that turns the host's Nagle off.
const nagleTimeout = 10 * time.Second

// disableNagle makes the host send small messages at once. OpenSSH leaves Nagle's
// algorithm on until a command has run on a connection, and each forwarded
// message may then wait 40 ms. It costs the caller no round trip: the session
// is opened concurrently with the caller's own channel.
func (c *Conn) disableNagle() {
	if !c.nagleOff.CompareAndSwap(false, true) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), nagleTimeout)
		defer cancel()
		channel, requests, err := c.openChannel(ctx, useInteractive, "session", nil)
		if err != nil {
			return
		}
		defer c.sessions.release()
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

// ackHostKeys answers the host's first message after a login, its announcement of
// host keys, with a message of our own. With Nagle's algorithm still on, the
// host holds back its next message, the answer to our first channel, until the
// announcement is acknowledged, and this computer would take 40 ms for that: it waits
// for something to send along. The requests are passed on; the goroutine ends with them.
func ackHostKeys(conn ssh.Conn, requests <-chan *ssh.Request) <-chan *ssh.Request {
	passed := make(chan *ssh.Request)
	go func() {
		defer close(passed)
		first := true
		for r := range requests {
			if first {
				_, _, _ = conn.SendRequest("keepalive@openssh.com", false, nil)
				first = false
			}
			passed <- r
		}
	}()
	return passed
}
