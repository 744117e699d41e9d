package tunnel

import (
	"context"
	"time"

	"golang.org/x/crypto/ssh"
)

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
