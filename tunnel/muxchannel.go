//go:build !windows

package tunnel

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/crypto/ssh"
)

// muxChannel is one channel of a connection that an ssh program has. Its streams are
// pipes, whose far ends the program holds. It implements ssh.Channel.
type muxChannel struct {
	in, out, errs *os.File // our ends; errs is nil where there is no second output
	requests      chan *ssh.Request
	command       chan string // what a session is to run, once

	once    sync.Once
	closed  chan struct{}
	mu      sync.Mutex
	control *mux // guarded by mu; nil until it is open
}

var _ ssh.Channel = (*muxChannel)(nil)

// muxPipes are the three pairs of ends of a channel's pipes.
type muxPipes struct{ theirs [3]*os.File }

// newMuxChannel makes a channel and the ends that the program is to get.
func newMuxChannel() (c *muxChannel, p muxPipes, err error) {
	c = &muxChannel{requests: make(chan *ssh.Request, 1), command: make(chan string, 1), closed: make(chan struct{})}
	for i, ours := range []**os.File{&c.in, &c.out, &c.errs} {
		read, write, err := os.Pipe()
		if err != nil {
			p.close()
			_ = c.Close()
			return nil, p, err
		}
		*ours, p.theirs[i] = read, write
		if i == 0 {
			*ours, p.theirs[i] = write, read
		}
	}
	return c, p, nil
}

// close closes them: the program has its own by then, or never gets them.
func (p *muxPipes) close() {
	for _, f := range p.theirs {
		if f != nil {
			_ = f.Close()
		}
	}
}

// attach makes the channel end with its connection to the program; false: it is closed already.
func (c *muxChannel) attach(control *mux) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.closed:
		_ = control.Close()
		return false
	default:
		c.control = control
		return true
	}
}

// serve runs a session: its command, once that is known, to its end.
func (c *muxChannel) serve(p muxPipes, open func(c *muxChannel, p muxPipes, command string) error) {
	defer close(c.requests)
	select {
	case command := <-c.command:
		if err := open(c, p, command); err != nil {
			words := err.Error()
			if isRefusal(err) {
				words = lateRefusal + words
			}
			_, _ = io.WriteString(p.theirs[2], words)
			p.close()
			return
		}
	case <-c.closed:
		p.close()
		return
	}
	p.close()
	if status := c.control.exit(); status != nil {
		c.requests <- &ssh.Request{Type: "exit-status", Payload: ssh.Marshal(struct{ Status uint32 }{*status})}
	}
	_ = c.control.Close()
}

// Read reads the host's output.
func (c *muxChannel) Read(p []byte) (int, error) { return muxRead(c.out, p) }

// muxRead makes all ends of a pipe one.
func muxRead(f *os.File, p []byte) (int, error) {
	n, err := f.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// Write sends p to the host.
func (c *muxChannel) Write(p []byte) (int, error) {
	n, err := c.in.Write(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// CloseWrite tells the host that no more follows.
func (c *muxChannel) CloseWrite() error { return c.in.Close() }

// Close ends the channel at once.
func (c *muxChannel) Close() error {
	err := io.EOF
	c.once.Do(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		close(c.closed)
		if c.control != nil {
			_ = c.control.Close()
		}
		for _, f := range []*os.File{c.in, c.out, c.errs} {
			if f != nil {
				_ = f.Close()
			}
		}
		err = nil
	})
	return err
}

// errNoReply: an ssh program tells nothing of a channel's replies.
var errNoReply = errors.New("a reply is not passed on")

// SendRequest starts a command. Signals cannot be sent through an ssh program.
func (c *muxChannel) SendRequest(name string, wantReply bool, payload []byte) (bool, error) {
	if wantReply {
		return false, errNoReply
	}
	if name != "exec" {
		return false, nil
	}
	var m struct{ Command string }
	if err := ssh.Unmarshal(payload, &m); err != nil {
		return false, err
	}
	select {
	case c.command <- m.Command:
		return false, nil
	default:
		return false, errNoReply
	}
}

// Stderr is the host's second output; nothing can be written to it.
func (c *muxChannel) Stderr() io.ReadWriter { return muxStderr{c.errs} }

type muxStderr struct{ file *os.File }

func (s muxStderr) Read(p []byte) (int, error) { return muxRead(s.file, p) }

func (muxStderr) Write([]byte) (int, error) { return 0, errNoReply }
