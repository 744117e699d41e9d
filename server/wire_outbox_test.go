package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"
)

// held gives the bytes in the queue.
func (o *outbox) held() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes
}

func TestOutboxOrder(t *testing.T) {
	var written bytes.Buffer
	o := newOutbox(&written, func(err error) { t.Error(err) })
	for _, step := range []struct{ key, frame string }{
		{"", "1"}, {"a", "lost"}, {"", "2"}, {"b", "B"}, {"a", "A"}, {"", "3"},
	} {
		if step.key == "" {
			if err := o.put(t.Context(), []byte(step.frame)); err != nil {
				t.Fatal(err)
			}
		} else {
			o.replace(step.key, []byte(step.frame))
		}
	}
	go o.run()
	o.close(patience)
	if got := written.String(); got != "12BA3" {
		t.Errorf("written %q", got)
	}
	if err := o.put(t.Context(), nil); !errors.Is(err, errHungUp) {
		t.Errorf("put after close: %v", err)
	}
}

// TestOutboxRoom fills the outbox: what may be lost is, what must arrive waits.
func TestOutboxRoom(t *testing.T) {
	r, w := io.Pipe()
	o := newOutbox(w, func(error) {})
	for range 5 {
		o.offer(make([]byte, maxLossyBytes/2))
	}
	if held := o.held(); held != maxLossyBytes {
		t.Errorf("%d bytes are held", held)
	}
	half := make([]byte, maxQueuedBytes/2)
	if err := o.put(t.Context(), half); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.put(ctx, half); !errors.Is(err, context.Canceled) {
		t.Errorf("put into a full outbox: %v", err)
	}
	waited := make(chan error, 1)
	go func() { waited <- o.put(t.Context(), half) }()
	go o.run()
	go func() { _, _ = io.Copy(io.Discard, r) }()
	if err := <-waited; err != nil {
		t.Error(err)
	}
	o.close(patience)
	w.Close()
}

func TestOutboxBroken(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	broken := make(chan error, 1)
	o := newOutbox(w, func(err error) { broken <- err })
	o.offer([]byte("x"))
	go o.run()
	if err := <-broken; !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("broken by %v", err)
	}
	if err := o.put(t.Context(), []byte("y")); !errors.Is(err, errHungUp) {
		t.Errorf("put: %v", err)
	}
	o.close(time.Millisecond)
}
