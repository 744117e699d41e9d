package tunnel

import (
	"sync"
	"time"
)

// deadline is a deadline that may be moved. Waiters keep the channel of passed.
type deadline struct {
	mu     sync.Mutex
	timer  *time.Timer
	moves  int // shows a timer that fires late that the deadline was moved
	closed bool
	done   chan struct{}
}

func newDeadline() *deadline { return &deadline{done: make(chan struct{})} }

// passed returns a channel that is closed once the deadline has passed.
func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done
}

// set moves the deadline to t; the zero time removes it. then, if not nil,
// is called when it passes.
func (d *deadline) set(t time.Time, then func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	d.moves++
	if d.closed {
		d.done, d.closed = make(chan struct{}), false
	}
	if t.IsZero() {
		return
	}
	move := d.moves
	d.timer = time.AfterFunc(time.Until(t), func() {
		if d.pass(move) && then != nil {
			then()
		}
	})
}

// pass closes the channel unless the deadline was moved since.
func (d *deadline) pass(move int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if move != d.moves {
		return false
	}
	d.closed = true
	close(d.done)
	return true
}
