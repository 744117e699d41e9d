package tunnel

import "time"

const (
	// nudgeFirst is how soon after our last word the first nudge comes; they end after
	// nudgeFor, when an acknowledgement would come about as soon by itself.
	nudgeFirst = 2 * time.Millisecond
	nudgeFor   = 120 * time.Millisecond
	// pad is more than fits a packet of the usual size, in bytes.
	pad = 1500
)

// nudger keeps the connection between srun and the node from holding back what is small.
// Nagle's algorithm is on at both of its ends: the last piece of a message waits
// until the one before is acknowledged, and once cells follow each other quickly the
// other end takes 40 ms for that, unless it has something to send along or to fill a
// packet with. So a word of ours is followed by a pad, which pushes it out, and then by a
// little now and then, ever less often, which acknowledges the pieces of the answer.
type nudger struct {
	send func(payload []byte) error
	word chan struct{} // room for one
}

func newNudger(send func([]byte) error) *nudger { return &nudger{send, make(chan struct{}, 1)} }

// wrote notes a word of ours. It may be called on nil.
func (n *nudger) wrote() {
	if n == nil {
		return
	}
	select {
	case n.word <- struct{}{}:
	default:
	}
}

// run nudges until over is closed.
func (n *nudger) run(over <-chan struct{}) {
	for {
		select {
		case <-n.word:
		case <-over:
			return
		}
		if !n.after(over) {
			return
		}
	}
}

// after nudges after a word; false: it is over.
func (n *nudger) after(over <-chan struct{}) bool {
	begun, payload, timer := time.Now(), make([]byte, pad), time.NewTimer(nudgeFirst)
	defer timer.Stop()
	for {
		if n.send(payload) != nil {
			return false
		}
		payload = nil
		select {
		case <-n.word:
			begun, payload = time.Now(), make([]byte, pad)
			timer.Reset(nudgeFirst)
		case <-timer.C:
			passed := time.Since(begun)
			if passed >= nudgeFor {
				return true
			}
			timer.Reset(max(nudgeFirst, passed/3))
		case <-over:
			return false
		}
	}
}

// nudge has the far end of a connection over srun answer at once. A request that wants
// no reply, and that no server knows, is one that does nothing.
func (c *Conn) nudge() {
	c.nudger = newNudger(func(payload []byte) error {
		_, _, err := c.own.SendRequest("keepalive@openssh.com", false, payload)
		return err
	})
	go c.nudger.run(c.done)
}
