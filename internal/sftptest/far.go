package sftptest

import (
	"context"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
)

// Trip is a round trip to a FarHost.
const Trip = time.Second

// FarHost is a files.Host behind a slow line, with files in a folder of this computer. It must be
// used in a bubble of testing/synctest: its sleeps take no time there, and the bubble's clock counts
// the round trips.
type FarHost struct {
	folder string
	ended  chan struct{}
	work   sync.WaitGroup
}

// NewFarHost returns a host whose home directory is folder.
func NewFarHost(folder string) *FarHost { return &FarHost{folder: folder, ended: make(chan struct{})} }

// Done returns a channel that is never closed.
func (h *FarHost) Done() <-chan struct{} { return h.ended }

// Probe does nothing.
func (h *FarHost) Probe(context.Context, time.Duration) {}

// Start fails: there is no shell.
func (h *FarHost) Start(context.Context, string) (io.ReadWriteCloser, error) { return nil, io.EOF }

// Subsystem starts a server. It takes two round trips: one for the channel, one for the request.
func (h *FarHost) Subsystem(context.Context, string) (io.ReadWriteCloser, error) {
	time.Sleep(2 * Trip)
	toHost, fromUs := h.line()
	toUs, fromHost := h.line()
	near, far := stream{toUs, fromUs}, stream{toHost, fromHost}
	server, err := sftp.NewServer(far, sftp.WithServerWorkingDirectory(h.folder))
	if err != nil {
		return nil, err
	}
	h.work.Go(func() {
		_ = server.Serve()
		_ = far.Close()
	})
	return near, nil
}

// line is one direction: what is written can be read half a round trip later.
func (h *FarHost) line() (*io.PipeReader, *sender) {
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
	s.chunks <- chunk{append([]byte(nil), p...), time.Now().Add(Trip / 2)}
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
	w io.WriteCloser
}

func (s stream) Write(p []byte) (int, error) { return s.w.Write(p) }

func (s stream) Close() error {
	_ = s.w.Close()
	return s.PipeReader.Close()
}

// Wait waits for the ends of all servers.
func (h *FarHost) Wait() { h.work.Wait() }

// Counter returns a function that checks how many round trips have passed since it was called
// last.
func Counter(t testing.TB) (count func(what string, want float64)) {
	begun := time.Now()
	return func(what string, want float64) {
		t.Helper()
		if n := time.Since(begun).Seconds() / Trip.Seconds(); n != want {
			t.Errorf("%s: %.1f round trips, want %.1f", what, n, want)
		}
		begun = time.Now()
	}
}
