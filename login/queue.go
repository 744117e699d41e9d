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
	mu    sync.Mutex
	moved *sync.Cond // something below has changed
	bytes []byte     // not taken yet
	ended error      // what the reader gets after the last byte
}

func newQueue() *queue {
	q := &queue{}
	q.moved = sync.NewCond(&q.mu)
	return q
}

// put adds bytes, and waits while there are too many. What comes after the end is dropped.
func (q *queue) put(p []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.bytes) > 0 && len(q.bytes)+len(p) > window && q.ended == nil {
		q.moved.Wait()
	}
	if q.ended == nil {
		q.bytes = append(q.bytes, p...)
		q.moved.Broadcast()
	}
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
	q.bytes, q.ended = nil, io.ErrClosedPipe
	q.moved.Broadcast()
}

func (q *queue) Read(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.bytes) == 0 && q.ended == nil {
		q.moved.Wait()
	}
	if len(q.bytes) == 0 {
		return 0, q.ended
	}
	n := copy(p, q.bytes)
	if q.bytes = q.bytes[n:]; len(q.bytes) == 0 {
		q.bytes = nil
	}
	q.moved.Broadcast()
	return n, nil
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
