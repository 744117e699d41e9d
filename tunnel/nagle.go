package tunnel

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	// flushFirst is how soon after our last word the first nudge comes; they end after
	// nudgeFor, when an acknowledgement would come about as soon by itself.
	flushFirst = 2 * time.Millisecond
	nudgeFor   = 120 * time.Millisecond
	// fillerSize is more than fits a packet of the usual size, in bytes.
	fillerSize = 1500
)

// nagleBreaker keeps the connection between srun and the node from holding back what is small.
// Nagle's algorithm is on at both of its ends: the last piece of a message waits
// until the one before is acknowledged, and once cells follow each other quickly the
// other end takes 40 ms for that, unless it has something to send along or to fill a
// packet with. So a word of ours is followed by a pad, which pushes it out, and then by a
// little now and then, ever less often, which acknowledges the pieces of the answer.
type nagleBreaker struct {
	send   func(payload []byte) error
	writes chan struct{} // room for one
}

func newNagleBreaker(send func([]byte) error) *nagleBreaker {
	return &nagleBreaker{send, make(chan struct{}, 1)}
}

// Wrote notes a word of ours. It may be called on nil.
func (n *nagleBreaker) Wrote() {
	if n == nil {
		return
	}
	select {
	case n.writes <- struct{}{}:
	default:
	}
}

// run nudges until over is closed.
func (n *nagleBreaker) run(over <-chan struct{}) {
	for {
		select {
		case <-n.writes:
		case <-over:
			return
		}
		if !n.flushFor(over) {
			return
		}
	}
}

// flushFor nudges after a word; false: it is over.
func (n *nagleBreaker) flushFor(over <-chan struct{}) bool {
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
			if passed >= nudgeFor {
				return true
			}
			timer.Reset(max(flushFirst, passed/3))
		case <-over:
			return false
		}
	}
}

// breakNagle has the far end of a connection over srun answer at once. A request that wants
// no reply, and that no server knows, is one that does nothing.
func (c *Conn) breakNagle() {
	c.nagle = newNagleBreaker(func(payload []byte) error {
		_, _, err := c.own.SendRequest("keepalive@openssh.com", false, payload)
		return err
	})
	go c.nagle.run(c.done)
}

// nagleTimeout bounds the command that turns the host's Nagle off.
const nagleTimeout = 10 * time.Second

// disableNagle makes the host send small messages at once. OpenSSH leaves Nagle's
// algorithm on until a command has run on a connection, and each forwarded
// message may then wait 40 ms. It costs the caller no round trip: the session
// is opened beside the caller's own channel.
func (c *Conn) disableNagle() {
	if !c.nagleOff.CompareAndSwap(false, true) {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), nagleTimeout)
		defer cancel()
		channel, requests, err := c.openChannel(ctx, "session", nil)
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

// ackHostKeys answers the host's first words after a login, its announcement of
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
