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

// script is what runs at the far end: it reads what is sent to it, and ends by returning.
type script func(in io.Reader, out io.Writer)

// farHost is a host at the end of a slow line, by a clock of the test's: commands find
// the script that their text has a word of.
type farHost map[string]script

func (h farHost) find(command string) script {
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

// farConn is a connection to a far host.
type farConn struct {
	host farHost
	deaf atomic.Bool // nothing listens at its sockets
	over chan struct{}
	all  sync.WaitGroup

	mu       sync.Mutex // guards the rest
	closed   bool
	channels []*farChannel
}

func (k *farConn) OpenChannel(kind string, _ []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	time.Sleep(trip / 2)
	if kind != "session" && k.deaf.Load() {
		time.Sleep(trip / 2)
		return nil, nil, &ssh.OpenChannelError{Reason: ssh.ConnectionFailed, Message: "open failed"}
	}
	time.Sleep(trip / 2)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil, nil, io.EOF
	}
	c := &farChannel{conn: k, requests: make(chan *ssh.Request), ended: make(chan struct{})}
	c.in, c.input = k.line()
	c.output, c.out = k.line()
	if kind != "session" {
		close(c.requests) // Jupyter's socket
	}
	k.channels = append(k.channels, c)
	return c, c.requests, nil
}

func (k *farConn) Sign(ssh.PublicKey, []byte, string) (*ssh.Signature, error) { return nil, io.EOF }
func (k *farConn) Alive(context.Context, time.Duration) bool                  { return true }
func (k *farConn) Probe(context.Context, time.Duration)                       {}
func (k *farConn) KeepFor(time.Duration)                                      {}
func (k *farConn) Wait() error                                                { <-k.over; return nil }

// Close ends the channels, too, as a connection does.
func (k *farConn) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil
	}
	k.closed = true
	close(k.over)
	for _, c := range k.channels {
		_ = c.Close()
	}
	return nil
}

// line is one direction: what is written can be read half a round trip later.
func (k *farConn) line() (io.Reader, io.WriteCloser) {
	r, w := io.Pipe()
	sent := &sending{words: make(chan word, 100)}
	k.all.Go(func() {
		defer w.Close()
		for s := range sent.words {
			time.Sleep(time.Until(s.due))
			if _, err := w.Write(s.text); err != nil {
				return
			}
		}
	})
	return r, sent
}

type word struct {
	text []byte
	due  time.Time
}

// sending is the near end of a line; what is written to a closed one is lost.
type sending struct {
	mu    sync.Mutex
	words chan word
	over  bool
}

func (s *sending) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.words <- word{bytes.Clone(p), time.Now().Add(trip / 2)}
	}
	return len(p), nil
}

func (s *sending) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		close(s.words)
	}
	s.over = true
	return nil
}

// farChannel is a command on a far host, or its socket.
type farChannel struct {
	conn     *farConn
	requests chan *ssh.Request
	in       io.Reader // at the far end
	input    io.WriteCloser
	output   io.Reader
	out      io.WriteCloser // at the far end
	once     sync.Once
	ended    chan struct{}
}

func (c *farChannel) Read(p []byte) (int, error)  { return c.output.Read(p) }
func (c *farChannel) Write(p []byte) (int, error) { return c.input.Write(p) }
func (c *farChannel) CloseWrite() error           { return c.input.Close() }
func (c *farChannel) Stderr() io.ReadWriter       { return &bytes.Buffer{} }

func (c *farChannel) Close() error {
	c.once.Do(func() {
		_ = c.input.Close()
		_ = c.output.(*io.PipeReader).Close()
		_ = c.in.(*io.PipeReader).Close()
		_ = c.out.Close()
	})
	return nil
}

func (c *farChannel) SendRequest(name string, _ bool, payload []byte) (bool, error) {
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
		time.Sleep(trip / 2)
		_, _ = io.WriteString(c.out, "\nsunpyter:output-begins\n")
		run(c.in, c.out)
		_ = c.out.Close()
		time.Sleep(trip / 2)
		select {
		case c.requests <- &ssh.Request{Type: "exit-status", Payload: ssh.Marshal(struct{ Status uint32 }{0})}:
		case <-c.conn.over:
		}
	})
	return false, nil
}

// farLogin is a login node behind the slow line, and a compute node behind it.
type farLogin struct {
	*tunnel.Conn
	node *farConn
}

func (l farLogin) Jump(ctx context.Context, _ tunnel.NodeTarget) (*tunnel.Conn, error) {
	select {
	case <-time.After(nodeTrips * trip):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return tunnel.NewRemote(l.node, sshconfig.Target{Name: "n", Host: "n"}, tunnel.ConnInfo{}, tunnel.Options{}), nil
}
