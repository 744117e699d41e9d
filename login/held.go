package login

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel"
)

// signTimeout bounds a signature: an agent may wait for a touch.
const signTimeout = 2 * time.Minute

// held is the connection as a client has it. It implements tunnel.Kept.
type held struct {
	socket string
	frames *frames // the connection to the keeper that stands for the whole
	user   string  // our own name there

	mu       sync.Mutex // guards the fields below
	channels map[*channel]struct{}
	ended    bool
	err      error // why

	done chan struct{} // closed with the end
}

var _ tunnel.Kept = (*held)(nil)

func newHeld(socket string, f *frames, user string) *held {
	h := &held{socket: socket, frames: f, user: user, channels: map[*channel]struct{}{}, done: make(chan struct{})}
	go h.watch()
	return h
}

var errKeeperGone = errors.New("the process that kept it has ended")

// watch waits for the end of the connection. It ends with that.
func (h *held) watch() {
	for {
		kind, payload, err := h.frames.read(nil)
		if err != nil {
			h.finish(errKeeperGone)
			return
		}
		var why wireFault
		if kind == notLogged && json.Unmarshal(payload, &why) == nil {
			h.finish(why.err())
			return
		}
	}
}

// finish ends all that there is, once.
func (h *held) finish(why error) {
	h.mu.Lock()
	if h.ended {
		h.mu.Unlock()
		return
	}
	h.ended, h.err = true, why
	channels := h.channels
	h.channels = nil
	h.mu.Unlock()
	_ = h.frames.Close()
	close(h.done)
	for c := range channels {
		_ = c.Close()
	}
}

// Close lets go of the connection.
func (h *held) Close() error {
	h.finish(nil)
	return nil
}

// KeepFor tells the keeper for how long we want it to stay after us.
func (h *held) KeepFor(d time.Duration) { _ = h.frames.tell(keepFor, d) }

// Wait waits for the connection's end, and says why it ended.
func (h *held) Wait() error {
	<-h.done
	return h.err
}

// dial makes a further connection to the keeper, and asks for something.
func (h *held) dial(ctx context.Context, kind byte, message any) (*frames, error) {
	conn, err := dialSocket(ctx, h.socket)
	if err != nil {
		return nil, err
	}
	f := newFrames(conn)
	if err := f.tell(kind, message); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return f, nil
}

// ask asks the keeper one question, whose answer goes into result.
func (h *held) ask(ctx context.Context, kind byte, message, result any) error {
	f, err := h.dial(ctx, kind, message)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = f.Close() })
	defer stop()
	return f.hear(answered, result)
}

// Sign signs with one of the connection's keys.
func (h *held) Sign(key ssh.PublicKey, data []byte, algorithm string) (*ssh.Signature, error) {
	ctx, cancel := context.WithTimeout(context.Background(), signTimeout)
	defer cancel()
	var a signAnswer
	err := h.ask(ctx, forSign, signRequest{User: h.user, Algorithm: algorithm, Key: key.Marshal(), Data: data}, &a)
	switch {
	case err != nil:
		return nil, err
	case a.Signature == nil:
		return nil, errors.New(a.Fault)
	}
	return a.Signature, nil
}

// Alive asks the host for a sign of life.
func (h *held) Alive(ctx context.Context, patience time.Duration) bool {
	var a aliveAnswer
	if err := h.ask(ctx, forAlive, aliveRequest{User: h.user, Patience: patience}, &a); err != nil {
		return ctx.Err() != nil
	}
	return a.Alive
}

// Probe has the keeper end a connection that is silent.
func (h *held) Probe(ctx context.Context, patience time.Duration) {
	_ = h.ask(ctx, forAlive, aliveRequest{User: h.user, Patience: patience, Probe: true}, &aliveAnswer{})
}

// OpenChannel opens a channel.
func (h *held) OpenChannel(kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f, err := h.dial(ctx, forChannel, channelRequest{User: h.user, Kind: kind, Payload: payload})
	if err != nil {
		return nil, nil, err
	}
	if err := h.awaitOpen(f); err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return h.keep(f)
}

// awaitOpen waits until the host has opened the channel, or will not.
func (h *held) awaitOpen(f *frames) error {
	over := make(chan struct{})
	defer close(over)
	go func() { // ends with the wait
		select {
		case <-h.done:
			_ = f.Close()
		case <-over:
		}
	}()
	kind, payload, err := f.read(nil)
	switch {
	case err != nil:
		return err
	case kind == opened:
		return nil
	}
	why := openFault{Message: "no answer that is understood"}
	_ = json.Unmarshal(payload, &why)
	return why.err()
}

// keep makes f a channel, which ends with the connection.
func (h *held) keep(f *frames) (ssh.Channel, <-chan *ssh.Request, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		_ = f.Close()
		return nil, nil, net.ErrClosed
	}
	var c *channel
	c = newChannel(f, func() { h.forget(c) }, func() { h.finish(errKeeperGone) })
	h.channels[c] = struct{}{}
	return c, c.requests, nil
}

func (h *held) forget(c *channel) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.channels, c)
}
