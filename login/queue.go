package login

import (
	"io"
	"sync"
)

// window is how many bytes may be on their way in one direction of a channel
// without having been taken.
const window = 1 << 20

// queue has bytes for one reader, until it has taken them.
type queue struct {
	mu     sync.Mutex
	moved  *sync.Cond // something below has changed
	chunks [][]byte   // not taken yet
	begun  int        // how much of the first one is taken
	size   int        // of all that is not taken
	ended  error      // what the reader gets after the last byte
}

func newQueue() *queue {
	q := &queue{}
	q.moved = sync.NewCond(&q.mu)
	return q
}

// full are buffers for streams that come fast. What is small has buffers of its
// own length: quiet channels take little room.
var full = sync.Pool{New: func() any { return new([chunk]byte) }}

// put adds bytes, and waits while there are too many. What comes after the end is dropped.
func (q *queue) put(p []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.size > 0 && q.size+len(p) > window && q.ended == nil {
		q.moved.Wait()
	}
	if q.ended != nil || len(p) == 0 {
		return
	}
	var kept []byte
	if len(p) < chunk/8 || len(p) > chunk {
		kept = make([]byte, len(p))
	} else {
		kept = full.Get().(*[chunk]byte)[:len(p)]
	}
	copy(kept, p)
	q.chunks, q.size = append(q.chunks, kept), q.size+len(p)
	q.moved.Broadcast()
}

// end lets the reader take what is there and then gives it why.
func (q *queue) end(why error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended == nil {
		q.ended = why
		q.moved.Broadcast()
	}
}

// drop ends a queue whose bytes nobody wants any more.
func (q *queue) drop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.chunks, q.size, q.ended = nil, 0, io.ErrClosedPipe
	q.moved.Broadcast()
}

func (q *queue) Read(p []byte) (n int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.size == 0 && q.ended == nil {
		q.moved.Wait()
	}
	if q.size == 0 {
		return 0, q.ended
	}
	for n < len(p) && q.size > 0 {
		taken := copy(p[n:], q.chunks[0][q.begun:])
		n, q.begun, q.size = n+taken, q.begun+taken, q.size-taken
		if q.begun == len(q.chunks[0]) {
			q.next()
		}
	}
	q.moved.Broadcast()
	return n, nil
}

// next gives the first chunk back, which is taken.
func (q *queue) next() {
	first := q.chunks[0]
	if cap(first) == chunk {
		full.Put((*[chunk]byte)(first[:chunk]))
	}
	q.chunks[0] = nil
	q.chunks, q.begun = q.chunks[1:], 0
}

// credit is how many bytes a writer may send before they are taken.
type credit struct {
	mu    sync.Mutex
	moved *sync.Cond
	left  int
	ended bool
}

func newCredit() *credit {
	c := &credit{left: window}
	c.moved = sync.NewCond(&c.mu)
	return c
}

// take waits until some bytes may be sent, and gives how many of n.
func (c *credit) take(n int) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.left == 0 && !c.ended {
		c.moved.Wait()
	}
	if c.ended {
		return 0, io.EOF
	}
	n = min(n, c.left)
	c.left -= n
	return n, nil
}

// give notes that n bytes were taken.
func (c *credit) give(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left += n
	c.moved.Broadcast()
}

// end lets nobody wait any more.
func (c *credit) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.moved.Broadcast()
}
