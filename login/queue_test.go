package login

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"testing/synctest"
)

// TestQueue: bytes come out as they went in, whatever the sizes, and there are
// never too many of them.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, sent := newQueue(), make([]byte, 5*window)
		for i := range sent {
			sent[i] = byte(i * 7 >> 3)
		}
		go func() {
			for rest := sent; len(rest) > 0; {
				n := min(len(rest), 1+rand.IntN(2*chunk))
				q.put(rest[:n])
				rest = rest[n:]
			}
			q.end(io.EOF)
		}()
		synctest.Wait() // nothing is taken, so the writer waits
		if q.size > window || q.size < window-2*chunk {
			t.Errorf("%d bytes wait", q.size)
		}
		var got bytes.Buffer
		buffer := make([]byte, 3*chunk)
		for {
			n, err := q.Read(buffer[:1+rand.IntN(len(buffer))])
			got.Write(buffer[:n])
			if err == io.EOF {
				break
			}
		}
		if !bytes.Equal(got.Bytes(), sent) {
			t.Error("other bytes came out")
		}
		q.put([]byte("late"))
		if n, err := q.Read(buffer); n != 0 || err != io.EOF {
			t.Errorf("after the end: %d, %v", n, err)
		}
	})
}

// TestDroppedQueue: nobody waits at it.
func TestDroppedQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue()
		q.put(make([]byte, window))
		put := make(chan struct{})
		go func() {
			q.put([]byte("more"))
			close(put)
		}()
		synctest.Wait()
		q.drop()
		<-put
		if n, err := q.Read(make([]byte, 1)); n != 0 || err != io.ErrClosedPipe {
			t.Errorf("%d, %v", n, err)
		}
	})
}

func TestCredit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCredit()
		if n, err := c.take(2 * window); n != window || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		go func() { c.give(10) }()
		if n, err := c.take(20); n != 10 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		go func() { c.end() }()
		if n, err := c.take(20); n != 0 || err != io.EOF {
			t.Errorf("%d, %v", n, err)
		}
	})
}
