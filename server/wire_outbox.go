package server

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"
)

// maxQueuedBytes bounds what waits for a client that does not read. Only frames
// with a key may go beyond it, of which there is one for each key.
const maxQueuedBytes = 8 << 20

// maxLossyBytes is how much may wait before frames that may be lost are.
const maxLossyBytes = 256 << 10

// errHungUp is the answer to a write after the conversation's end.
var errHungUp = errors.New("the conversation is over")

// outbox holds the frames on their way to the client, in order, so that one that
// does not read cannot block a session. Its goroutine, run, is the only writer.
type outbox struct {
	w      io.Writer
	broken func(error) // told once, when w fails

	mu     sync.Mutex
	queue  []queued
	bytes  int           // of the frames in queue
	closed bool          // nothing more is accepted
	wake   chan struct{} // for run: something was queued, or closed; capacity 1
	room   chan struct{} // closed and made anew whenever a frame leaves the queue
	done   chan struct{} // closed when run has ended
}

// queued is one frame. A later frame with the same key takes its place.
type queued struct {
	key   string
	frame []byte
}

func newOutbox(w io.Writer, broken func(error)) *outbox {
	return &outbox{
		w: w, broken: broken,
		wake: make(chan struct{}, 1), room: make(chan struct{}), done: make(chan struct{}),
	}
}

// put queues a frame that must arrive, and waits for room as long as ctx allows.
func (o *outbox) put(ctx context.Context, frame []byte) error {
	for {
		o.mu.Lock()
		if o.closed {
			o.mu.Unlock()
			return errHungUp
		}
		if o.fits(frame, maxQueuedBytes) {
			o.add("", frame)
			o.mu.Unlock()
			return nil
		}
		room := o.room
		o.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// offer queues a frame that may be lost, unless much waits already. It does not wait.
func (o *outbox) offer(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed && o.fits(frame, maxLossyBytes) {
		o.add("", frame)
	}
}

// replace queues a frame that makes the one of the same key before it pointless.
// It goes to the end: what was queued in between happened before it. It does not wait.
func (o *outbox) replace(key string, frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	if i := slices.IndexFunc(o.queue, func(q queued) bool { return q.key == key }); i >= 0 {
		o.bytes -= len(o.queue[i].frame)
		o.queue = slices.Delete(o.queue, i, i+1)
	}
	o.add(key, frame)
}

// fits tells whether there is room below limit. One frame always fits into an
// empty queue. The caller holds mu.
func (o *outbox) fits(frame []byte, limit int) bool {
	return len(o.queue) == 0 || o.bytes+len(frame) <= limit
}

// add queues a frame. The caller holds mu.
func (o *outbox) add(key string, frame []byte) {
	o.queue = append(o.queue, queued{key, frame})
	o.bytes += len(frame)
	o.ring()
}

// ring wakes run.
func (o *outbox) ring() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// run writes the frames until the outbox is closed and empty, or the writer fails.
func (o *outbox) run() {
	defer close(o.done)
	for {
		frame, more := o.next()
		if !more {
			return
		}
		if frame == nil {
			<-o.wake
			continue
		}
		if _, err := o.w.Write(frame); err != nil {
			o.discard()
			o.broken(err)
			return
		}
	}
}

// next takes the first frame; nil when there is none now, false when there will
// be none any more.
func (o *outbox) next() (frame []byte, more bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		return nil, !o.closed
	}
	frame = o.queue[0].frame
	o.queue = slices.Delete(o.queue, 0, 1)
	o.bytes -= len(frame)
	o.makeRoom()
	return frame, true
}

// makeRoom lets those who wait in put look again. The caller holds mu.
func (o *outbox) makeRoom() {
	close(o.room)
	o.room = make(chan struct{})
}

// discard drops what is queued and accepts nothing more.
func (o *outbox) discard() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.queue, o.bytes = true, nil, 0
	o.makeRoom()
}

// close accepts nothing more and waits at most timeout for the rest to be written.
func (o *outbox) close(timeout time.Duration) {
	o.mu.Lock()
	o.closed = true
	o.makeRoom()
	o.ring()
	o.mu.Unlock()
	select {
	case <-o.done:
	case <-time.After(timeout):
		o.discard()
	}
}
