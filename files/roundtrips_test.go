//go:build unix

package files

import (
	"context"
	"io"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pkg/sftp"
	"go.uber.org/zap"
)

// trip is a round trip by the test's clock. A host takes two until a subsystem runs: one for the
// channel, one for the request.
const trip = time.Second

// farHost is a host behind a slow line, with files in memory.
type farHost struct {
	files sftp.Handlers
	ended chan struct{}
	work  sync.WaitGroup
}

func newFarHost() *farHost { return &farHost{files: sftp.InMemHandler(), ended: make(chan struct{})} }

func (h *farHost) connect(context.Context) (Host, func(), error) { return h, func() {}, nil }
func (h *farHost) Done() <-chan struct{}                         { return h.ended }
func (h *farHost) Probe(context.Context, time.Duration)          {}

func (h *farHost) Start(context.Context, string) (io.ReadWriteCloser, error) { return nil, io.EOF }

func (h *farHost) Subsystem(context.Context, string) (io.ReadWriteCloser, error) {
	time.Sleep(2 * trip)
	toHost, fromUs := h.line()
	toUs, fromHost := h.line()
	near, far := stream{toUs, fromUs}, stream{toHost, fromHost}
	server := sftp.NewRequestServer(far, h.files)
	h.work.Go(func() {
		_ = server.Serve()
		_ = far.Close()
	})
	return near, nil
}

// line is one direction: what is written can be read half a round trip later.
func (h *farHost) line() (*io.PipeReader, *sender) {
	r, w := io.Pipe()
	s := &sender{chunks: make(chan chunk, 1000)}
	h.work.Go(func() {
		defer w.Close()
		for c := range s.chunks {
			time.Sleep(time.Until(c.due))
			if _, err := w.Write(c.data); err != nil {
				for range s.chunks { //nolint:revive // what nobody reads is lost
				}
			}
		}
	})
	return r, s
}

type chunk struct {
	data []byte
	due  time.Time // when it arrives
}

// sender is the near end of a line.
type sender struct {
	mu     sync.Mutex
	chunks chan chunk
	closed bool
}

func (s *sender) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, os.ErrClosed
	}
	s.chunks <- chunk{append([]byte(nil), p...), time.Now().Add(trip / 2)}
	return len(p), nil
}

func (s *sender) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		close(s.chunks)
	}
	s.closed = true
	return nil
}

// stream is one end of a connection.
type stream struct {
	*io.PipeReader
	w *sender
}

func (s stream) Write(p []byte) (int, error) { return s.w.Write(p) }

func (s stream) Close() error {
	_ = s.w.Close()
	return s.PipeReader.Close()
}

// TestRoundTrips: how many round trips an editor waits that opens a file, the first one and the
// next.
func TestRoundTrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newFarHost()
		c := New(Options{Where: "Test", Log: zap.NewNop(), Connect: h.connect})
		begun := time.Now()
		count := func(what string, want float64) {
			t.Helper()
			if n := time.Since(begun).Seconds() / trip.Seconds(); n != want {
				t.Errorf("%s: %.1f round trips, want %.1f", what, n, want)
			}
			begun = time.Now()
		}
		_, err := c.Write(t.Context(), "/a", []byte("text"), Precondition{})
		must(t, err)
		c.expire()
		for _, first := range []bool{true, false} {
			begun = time.Now()
			entry, err := c.Stat(t.Context(), "/a")
			if err != nil || entry.Name != "/a" || entry.Type != File || entry.Size != 4 {
				t.Fatalf("%+v, %v", entry, err)
			}
			if first {
				count("to open the channel and look at a file", 3)
			} else {
				count("to look at a file", 1)
			}
			content, err := c.Read(t.Context(), "/a", 0, 0)
			if err != nil || string(content.Data) != "text" {
				t.Fatalf("read %q, %v", content.Data, err)
			}
			count("to read it", 2)
		}
		time.Sleep(lookedFor)
		begun = time.Now()
		if _, err := c.Read(t.Context(), "/a", 0, 0); err != nil {
			t.Fatal(err)
		}
		count("to read a file that was not looked at before", 3)
		c.Close()
		h.work.Wait()
	})
}
