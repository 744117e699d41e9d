package rpc

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"
)

// maxQueuedBytes bounds what is queued for a client that does not read. Only
// frames with a key may exceed it, of which there is one for each key.
const maxQueuedBytes = 8 << 20

// maxLossyBytes is how much may be queued before lossy frames are dropped.
const maxLossyBytes = 256 << 10

// writeQueue holds the frames to the client, in order, so that a client that does
// not read cannot block a session. Its goroutine, run, is the only writer.
type writeQueue struct {
	w      io.Writer
	broken func(error) // called once, when w fails

	mu     sync.Mutex // guards the fields below
	queue  []queuedFrame
	bytes  int           // of the frames in queue
	closed bool          // nothing more is accepted
	space  chan struct{} // closed and replaced whenever a frame leaves the queue

	wake chan struct{} // for run: a frame was queued, or closed is set; capacity 1
	done chan struct{} // closed when run has returned
}

// queuedFrame is a frame; a later one with the same key replaces it.
type queuedFrame struct {
	key   string
	frame []byte
}

func newWriteQueue(w io.Writer, broken func(error)) *writeQueue {
	return &writeQueue{
		w: w, broken: broken,
		wake: make(chan struct{}, 1), space: make(chan struct{}), done: make(chan struct{}),
	}
}

// push queues a frame that must arrive, and waits for space until ctx is done.
func (q *writeQueue) push(ctx context.Context, frame []byte) error {
	for {
		q.mu.Lock()
		if q.closed {
			q.mu.Unlock()
			return ErrClosed
		}
		if q.fits(frame, maxQueuedBytes) {
			q.add("", frame)
			q.mu.Unlock()
			return nil
		}
		space := q.space
		q.mu.Unlock()
		select {
		case <-space:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tryPush queues a frame, or drops it when much is queued already. It never blocks.
func (q *writeQueue) tryPush(frame []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed && q.fits(frame, maxLossyBytes) {
		q.add("", frame)
	}
}

// pushLatest queues a frame in place of the queued one with the same key. It goes to
// the end: what was queued in between happened before it. It never blocks.
func (q *writeQueue) pushLatest(key string, frame []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	if i := slices.IndexFunc(q.queue, func(f queuedFrame) bool { return f.key == key }); i >= 0 {
		q.bytes -= len(q.queue[i].frame)
		q.queue = slices.Delete(q.queue, i, i+1)
	}
	q.add(key, frame)
}

// fits reports whether frame may be queued below limit; an empty queue takes any
// frame. q.mu is held.
func (q *writeQueue) fits(frame []byte, limit int) bool {
	return len(q.queue) == 0 || q.bytes+len(frame) <= limit
}

// add queues a frame. q.mu is held.
func (q *writeQueue) add(key string, frame []byte) {
	q.queue = append(q.queue, queuedFrame{key, frame})
	q.bytes += len(frame)
	q.wakeWriter()
}

func (q *writeQueue) wakeWriter() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// run writes frames until the queue is closed and empty, or the writer fails.
func (q *writeQueue) run() {
	defer close(q.done)
	for {
		frame, more := q.next()
		if !more {
			return
		}
		if frame == nil {
			<-q.wake
			continue
		}
		if _, err := q.w.Write(frame); err != nil {
			q.discard()
			q.broken(err)
			return
		}
	}
}

// next removes the first frame: nil if there is none yet, false if there will be
// none any more.
func (q *writeQueue) next() (frame []byte, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		return nil, !q.closed
	}
	frame = q.queue[0].frame
	q.queue = slices.Delete(q.queue, 0, 1)
	q.bytes -= len(frame)
	q.wakePushers()
	return frame, true
}

// wakePushers lets every waiting push look again. q.mu is held.
func (q *writeQueue) wakePushers() {
	close(q.space)
	q.space = make(chan struct{})
}

// discard drops what is queued and accepts nothing more.
func (q *writeQueue) discard() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.queue, q.bytes = true, nil, 0
	q.wakePushers()
}

// close accepts nothing more and waits at most timeout for the rest to be written.
func (q *writeQueue) close(timeout time.Duration) {
	q.mu.Lock()
	q.closed = true
	q.wakePushers()
	q.wakeWriter()
	q.mu.Unlock()
	select {
	case <-q.done:
	case <-time.After(timeout):
		q.discard()
	}
}
