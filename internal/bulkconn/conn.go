// Package bulkconn makes large transfers over SSH cheaper. The library reads and writes its
// connection in pieces of 4 KiB and 28 KiB, each of which costs a system call, or a packet of the
// connection below, and wakes the other end.
package bulkconn

import (
	"net"
	"sync"
	"time"
)

const (
	// pieceSize is the size of the library's buffers: larger packets are written in pieces of
	// that size or more.
	pieceSize = 4 << 10
	// firstBuffer and fullBuffer are the sizes of a read buffer, in bytes: quiet connections keep
	// the small one.
	firstBuffer, fullBuffer = 2 * pieceSize, 256 << 10
	// maxPending is how much is written ahead, in bytes.
	maxPending = 256 << 10
	// closeTimeout bounds how long Close waits for what was written.
	closeTimeout = time.Second
)

// bulkConn is what New returns.
type bulkConn struct {
	net.Conn

	// The fields of Read.
	buffer, rest []byte // rest is what was read and not returned yet
	readErr      error  // to be returned after it

	mu      sync.Mutex // guards the fields below
	changed sync.Cond
	pending []byte // written and not sent yet
	spare   []byte // the other buffer
	sending bool   // a goroutine sends what is pending
	closed  bool
	err     error // why sending failed
}

// New returns a connection over conn that reads ahead, and sends large writes that follow each other
// together. Small writes are sent at once. The error of a large write is returned by a later Write;
// one after the last Write is lost, as with a socket of the system: SSH's own replies show what has
// arrived. One goroutine may read and another may write.
func New(conn net.Conn) net.Conn {
	c := &bulkConn{Conn: conn}
	c.changed.L = &c.mu
	return c
}

// Read returns what was read ahead, or reads.
func (c *bulkConn) Read(p []byte) (int, error) {
	if len(c.rest) == 0 && c.readErr == nil {
		if c.buffer == nil {
			c.buffer = make([]byte, firstBuffer)
		}
		n, err := c.Conn.Read(c.buffer)
		c.rest, c.readErr = c.buffer[:n], err
		if n == len(c.buffer) && n < fullBuffer {
			c.buffer = make([]byte, fullBuffer)
		}
	}
	if len(c.rest) == 0 {
		err := c.readErr
		c.readErr = nil // after a deadline, reading can continue
		return 0, err
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write sends p at once if it is small and nothing is pending; else a goroutine sends it, together
// with what is written meanwhile.
func (c *bulkConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	for c.err == nil && !c.closed && len(c.pending) >= maxPending {
		c.changed.Wait()
	}
	switch {
	case c.closed:
		c.mu.Unlock()
		return 0, net.ErrClosed
	case c.err != nil:
		defer c.mu.Unlock()
		return 0, c.err
	case !c.sending && len(p) < pieceSize:
		c.mu.Unlock()
		return c.Conn.Write(p)
	}
	defer c.mu.Unlock()
	c.pending = append(c.pending, p...)
	if !c.sending {
		c.sending = true
		go c.send()
	}
	return len(p), nil
}

// send sends what is pending, and ends when all is sent.
func (c *bulkConn) send() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.pending) > 0 && c.err == nil {
		data := c.pending
		c.pending = c.spare[:0]
		c.changed.Broadcast()
		c.mu.Unlock()
		_, err := c.Conn.Write(data)
		c.mu.Lock()
		c.spare, c.err = data, err
	}
	c.sending = false
	c.changed.Broadcast()
}

// Close sends what is pending, for a second at most, and closes the connection.
func (c *bulkConn) Close() error {
	late := false
	c.mu.Lock()
	c.closed = true
	c.changed.Broadcast()
	if c.sending {
		defer time.AfterFunc(closeTimeout, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			late = true
			c.changed.Broadcast()
		}).Stop()
	}
	for c.sending && !late {
		c.changed.Wait()
	}
	c.mu.Unlock()
	return c.Conn.Close()
}
