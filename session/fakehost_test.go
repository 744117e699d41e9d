package session

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel"
)

// trip is a round trip, and nodeTrips are those of ssh to a node; TestRoundTrips of
// package tunnel counts them.
const (
	trip      = time.Second
	nodeTrips = 7
)

// script runs as a command of a fakeHost: it reads its input, writes its output, and ends
// by returning.
type script func(in io.Reader, out io.Writer)

// fakeHost is a host behind a slow line, by the test's clock. A command runs the script
// whose key is part of its text.
type fakeHost map[string]script

func (h fakeHost) find(command string) script {
	_, encoded, _ := strings.Cut(command, "echo ")
	encoded, _, _ = strings.Cut(encoded, " ")
	data, _ := base64.StdEncoding.DecodeString(encoded)
	var text []byte
	if r, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
		text, _ = io.ReadAll(r)
	}
	for word, run := range h {
		if strings.Contains(string(text), word) {
			return run
		}
	}
	return func(io.Reader, io.Writer) {}
}

// fakeConn is a connection to a fakeHost.
type fakeConn struct {
	host  fakeHost
	trip  time.Duration // of the line
	deaf  atomic.Bool   // nothing listens on its sockets
	ended chan struct{}
	all   sync.WaitGroup

	mu       sync.Mutex // guards the rest
	closed   bool
	channels []*fakeChannel
}

func (k *fakeConn) OpenChannel(kind string, _ []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	time.Sleep(k.trip / 2)
	if kind != "session" && k.deaf.Load() {
		time.Sleep(k.trip / 2)
		return nil, nil, &ssh.OpenChannelError{Reason: ssh.ConnectionFailed, Message: "open failed"}
	}
	time.Sleep(k.trip / 2)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil, nil, io.EOF
	}
	c := &fakeChannel{conn: k, requests: make(chan *ssh.Request), ended: make(chan struct{})}
	c.in, c.input = k.line()
	c.output, c.out = k.line()
	if kind != "session" {
		close(c.requests) // Jupyter's socket
	}
	k.channels = append(k.channels, c)
	return c, c.requests, nil
}

func (k *fakeConn) OpenBulk(kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	return k.OpenChannel(kind, payload)
}

func (k *fakeConn) Sign(ssh.PublicKey, []byte, string) (*ssh.Signature, error) { return nil, io.EOF }
func (k *fakeConn) Alive(context.Context, time.Duration) bool                  { return true }
func (k *fakeConn) Probe(context.Context, time.Duration)                       {}
func (k *fakeConn) KeepFor(time.Duration)                                      {}
func (k *fakeConn) Wait() error                                                { <-k.ended; return nil }

// Close ends the channels, too, as a connection does.
func (k *fakeConn) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil
	}
	k.closed = true
	close(k.ended)
	for _, c := range k.channels {
		_ = c.Close()
	}
	return nil
}

// line is one direction: what is written can be read half a round trip later.
func (k *fakeConn) line() (io.Reader, io.WriteCloser) {
	r, w := io.Pipe()
	sent := &sender{trip: k.trip, chunks: make(chan chunk, 100)}
	k.all.Go(func() {
		defer w.Close()
		for s := range sent.chunks {
			time.Sleep(time.Until(s.due))
			if _, err := w.Write(s.text); err != nil {
				return
			}
		}
	})
	return r, sent
}

type chunk struct {
	text []byte
	due  time.Time // when it arrives
}

// sender is the near end of a line; what is written to it after Close is lost.
type sender struct {
	trip time.Duration

	mu     sync.Mutex
	chunks chan chunk
	closed bool
}

func (s *sender) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.chunks <- chunk{bytes.Clone(p), time.Now().Add(s.trip / 2)}
	}
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

// fakeChannel is a command on a fakeHost, or a connection to its socket.
type fakeChannel struct {
	conn     *fakeConn
	requests chan *ssh.Request
	in       io.Reader // at the far end
	input    io.WriteCloser
	output   io.Reader
	out      io.WriteCloser // at the far end
	once     sync.Once
	ended    chan struct{}
}

func (c *fakeChannel) Read(p []byte) (int, error)  { return c.output.Read(p) }
func (c *fakeChannel) Write(p []byte) (int, error) { return c.input.Write(p) }
func (c *fakeChannel) CloseWrite() error           { return c.input.Close() }
func (c *fakeChannel) Stderr() io.ReadWriter       { return &bytes.Buffer{} }

func (c *fakeChannel) Close() error {
	c.once.Do(func() {
		_ = c.input.Close()
		_ = c.output.(*io.PipeReader).Close()
		_ = c.in.(*io.PipeReader).Close()
		_ = c.out.Close()
	})
	return nil
}

func (c *fakeChannel) SendRequest(name string, _ bool, payload []byte) (bool, error) {
	if name != "exec" {
		return false, nil
	}
	run := c.conn.host.find(string(payload))
	c.conn.mu.Lock()
	defer c.conn.mu.Unlock()
	if c.conn.closed {
		close(c.requests)
		return false, nil
	}
	c.conn.all.Go(func() {
		defer close(c.requests)
		time.Sleep(c.conn.trip / 2)
		_, _ = io.WriteString(c.out, "\nsunpyter:output-begins\n")
		run(c.in, c.out)
		_ = c.out.Close()
		time.Sleep(c.conn.trip / 2)
		select {
		case c.requests <- &ssh.Request{Type: "exit-status", Payload: ssh.Marshal(struct{ Status uint32 }{0})}:
		case <-c.conn.ended:
		}
	})
	return false, nil
}

// fakeLogin is a connection to a login node, with a compute node behind it.
type fakeLogin struct {
	*tunnel.Conn
	node *fakeConn
}

func (l fakeLogin) Jump(ctx context.Context, _ tunnel.NodeTarget) (*tunnel.Conn, error) {
	select {
	case <-time.After(nodeTrips * l.node.trip):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return tunnel.NewRemote(l.node, sshconfig.Target{Name: "n", Host: "n"}, tunnel.ConnInfo{}, tunnel.Options{}), nil
}
