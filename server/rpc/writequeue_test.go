package rpc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

// size returns the bytes in the queue.
func (q *writeQueue) size() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}

func TestWriteQueueKeepsOrder(t *testing.T) {
	var written bytes.Buffer
	q := newWriteQueue(&written, func(err error) { t.Error(err) })
	for _, step := range []struct{ key, frame string }{
		{"", "1"}, {"a", "lost"}, {"", "2"}, {"b", "B"}, {"a", "A"}, {"", "3"},
	} {
		if step.key == "" {
			if err := q.push(t.Context(), []byte(step.frame)); err != nil {
				t.Fatal(err)
			}
		} else {
			q.pushLatest(step.key, []byte(step.frame))
		}
	}
	go q.run()
	q.close(patience)
	if got := written.String(); got != "12BA3" {
		t.Errorf("written %q", got)
	}
	if err := q.push(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("put after close: %v", err)
	}
}

// TestWriteQueueFull fills the writeQueue: what may be lost is, what must arrive waits.
func TestWriteQueueFull(t *testing.T) {
	r, w := io.Pipe()
	q := newWriteQueue(w, func(error) {})
	for range 5 {
		q.tryPush(make([]byte, maxLossyBytes/2))
	}
	if size := q.size(); size != maxLossyBytes {
		t.Errorf("%d bytes are queued", size)
	}
	half := make([]byte, maxQueuedBytes/2)
	if err := q.push(t.Context(), half); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.push(ctx, half); !errors.Is(err, context.Canceled) {
		t.Errorf("put into a full writeQueue: %v", err)
	}
	waited := make(chan error, 1)
	go func() { waited <- q.push(t.Context(), half) }()
	go q.run()
	go func() { _, _ = io.Copy(io.Discard, r) }()
	if err := <-waited; err != nil {
		t.Error(err)
	}
	q.close(patience)
	w.Close()
}

func TestWriteQueueWriterFails(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	broken := make(chan error, 1)
	q := newWriteQueue(w, func(err error) { broken <- err })
	q.tryPush([]byte("x"))
	go q.run()
	if err := <-broken; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("broken by %v", err)
	}
	if err := q.push(t.Context(), []byte("y")); !errors.Is(err, ErrClosed) {
		t.Errorf("put: %v", err)
	}
	q.close(time.Millisecond)
}
