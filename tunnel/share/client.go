package share

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel"
)

// client is the connection as a client has it. It implements tunnel.RemoteConn.
type client struct {
	conn   ssh.Conn        // to the daemon
	socket string          // the daemon's
	ctx    context.Context // ends with conn
	ended  context.CancelFunc

	mu     sync.Mutex // guards the fields below
	closed bool
	err    error // why the host's connection ended; nil: not known
}

var _ tunnel.RemoteConn = (*client)(nil)

var errDaemonGone = errors.New("the process that held it has ended")

// lost records why the host's connection ended.
func (c *client) lost(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

// Close releases the connection.
func (c *client) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	return c.conn.Close()
}

// Wait waits for the connection's end, and returns why it ended; nil after Close.
func (c *client) Wait() error {
	_ = c.conn.Wait()
	c.ended()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil
	case c.err != nil:
		return c.err
	}
	return errDaemonGone
}

// KeepFor changes how long the daemon keeps the connection after our end.
func (c *client) KeepFor(d time.Duration) { _ = send(c.conn, requestKeepFor, d) }

// OpenChannel opens a channel.
func (c *client) OpenChannel(kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	channel, requests, err := c.conn.OpenChannel(kind, payload)
	return channel, requests, refusalOf(err)
}

// Sign signs with one of the connection's keys.
func (c *client) Sign(key ssh.PublicKey, data []byte, algorithm string) (*ssh.Signature, error) {
	payload, err := json.Marshal(signRequest{Algorithm: algorithm, Key: key.Marshal(), Data: data})
	if err != nil {
		return nil, err
	}
	channel, requests, err := c.OpenChannel(channelSign, payload)
	if err != nil {
		return nil, err
	}
	defer func() { _ = channel.Close() }()
	go ssh.DiscardRequests(requests)
	answer, err := io.ReadAll(channel)
	if err != nil {
		return nil, err
	}
	signature := &ssh.Signature{}
	return signature, json.Unmarshal(answer, signature)
}

// Alive reports whether the host answers.
func (c *client) Alive(ctx context.Context, patience time.Duration) bool {
	return c.alive(ctx, aliveRequest{Patience: patience})
}

// Probe makes the daemon end a silent connection.
func (c *client) Probe(ctx context.Context, patience time.Duration) {
	c.alive(ctx, aliveRequest{Patience: patience, Probe: true})
}

func (c *client) alive(ctx context.Context, r aliveRequest) bool {
	payload, err := json.Marshal(r)
	if err != nil {
		return false
	}
	answered := make(chan bool, 1)
	go func() { // ends with the answer, within the patience, or with the connection
		channel, requests, err := c.conn.OpenChannel(channelAlive, payload)
		if err == nil {
			go ssh.DiscardRequests(requests)
			_ = channel.Close()
		}
		answered <- err == nil
	}()
	select {
	case alive := <-answered:
		return alive
	case <-ctx.Done():
		return true
	}
}
