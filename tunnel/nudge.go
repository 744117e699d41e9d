package tunnel

import "time"

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
