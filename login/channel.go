package login

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"
)

// channel is one channel of the connection that the keeper has. It implements
// ssh.Channel.
type channel struct {
	frames   *frames
	requests chan *ssh.Request
	output   *queue
	errors   *queue
	credit   *credit

	once   sync.Once
	closed chan struct{}
	forget func() // called once it is closed
	lost   func() // called when the keeper is gone
}

var _ ssh.Channel = (*channel)(nil)

func newChannel(f *frames, forget, lost func()) *channel {
	c := &channel{frames: f, requests: make(chan *ssh.Request, 4), output: newQueue(), errors: newQueue(), credit: newCredit(),
		closed: make(chan struct{}), forget: forget, lost: lost}
	go c.receive()
	return c
}

// receive takes in what the keeper sends. It ends with the connection to it.
func (c *channel) receive() {
	defer close(c.requests)
	defer c.credit.end()
	buffer := make([]byte, chunk)
	for {
		kind, payload, err := c.frames.read(buffer)
		if err != nil {
			select {
			case <-c.closed:
			default:
				c.lost()
			}
			c.finish(io.ErrUnexpectedEOF)
			return
		}
		switch kind {
		case data:
			c.output.put(payload)
		case errorData:
			c.errors.put(payload)
		case endOfData:
			c.finish(io.EOF)
		case taken:
			c.credit.give(int(binary.BigEndian.Uint32(payload)))
		case request:
			c.requested(payload)
		case channelEnd:
			c.finish(io.EOF)
			_ = c.frames.Close()
			return
		}
	}
}

// finish ends what can be read.
func (c *channel) finish(why error) {
	c.output.end(why)
	c.errors.end(why)
}

// requested passes a request of the host's on.
func (c *channel) requested(payload []byte) {
	var m channelMessage
	if json.Unmarshal(payload, &m) != nil {
		return
	}
	select {
	case c.requests <- &ssh.Request{Type: m.Type, Payload: m.Payload}:
	case <-c.closed:
	}
}

// Read reads the host's output.
func (c *channel) Read(p []byte) (int, error) { return c.output.Read(p) }

// Write sends p to the host.
func (c *channel) Write(p []byte) (sent int, err error) {
	for sent < len(p) {
		n, err := c.credit.take(min(len(p)-sent, chunk))
		if err != nil {
			return sent, err
		}
		if err := c.frames.write(data, p[sent:sent+n]); err != nil {
			return sent, io.EOF
		}
		sent += n
	}
	return sent, nil
}

// CloseWrite tells the host that no more follows.
func (c *channel) CloseWrite() error { return c.frames.write(endOfData, nil) }

// Close ends the channel at once.
func (c *channel) Close() error {
	err := io.EOF
	c.once.Do(func() {
		close(c.closed)
		c.output.drop()
		c.errors.drop()
		c.credit.end()
		err = c.frames.Close()
		c.forget()
	})
	return err
}

// errNoReply: nobody here asks for a channel's replies.
var errNoReply = errors.New("a reply is not passed on")

// SendRequest sends a request that wants no reply.
func (c *channel) SendRequest(name string, wantReply bool, payload []byte) (bool, error) {
	if wantReply {
		return false, errNoReply
	}
	message, err := json.Marshal(channelMessage{Type: name, Payload: payload})
	if err != nil {
		return false, err
	}
	return false, c.frames.write(request, message)
}

// Stderr is the host's second output; nothing can be written to it.
func (c *channel) Stderr() io.ReadWriter { return stderr{c.errors} }

type stderr struct{ *queue }

func (stderr) Write([]byte) (int, error) { return 0, errNoReply }
