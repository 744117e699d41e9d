package tunnel

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
)

// NodeTarget is a host behind another, whose keys are known from a better
// source than a known_hosts file.
type NodeTarget struct {
	// Host is the node's name or address as the host before it knows it.
	Host string
	// Port is its SSH port; 0: 22.
	Port int
	// User is our name there; empty: as on the host before it.
	User string
	// HostKeys are its public host keys, each "ssh-ed25519 AAAA..." with or
	// without a comment. At least one has to be readable.
	HostKeys []string
}

// jumpKeepalive is longer than the outer connection's, which tells first.
var jumpKeepalive = keepaliveTimes{2 * keepaliveInterval, keepalivePatience}

// Jump opens an SSH connection to node inside this one. The node's host key has
// to be one of node.HostKeys. It is offered the keys that can sign without a
// question, the one that this host accepted first; nobody is asked anything.
// The new connection ends with this one; closing it leaves this one open.
//
// Faults: those of DialTCP, NodeKeyMismatch, AuthRefused, NoKey, HandshakeFailed.
func (c *Conn) Jump(ctx context.Context, node NodeTarget) (*Conn, error) {
	if node.Port == 0 {
		node.Port = 22
	}
	if node.User == "" {
		node.User = c.User()
	}
	t := &Target{Name: node.Host, Host: node.Host, Port: node.Port, User: node.User, PublicKey: true,
		Algorithms: c.target.Algorithms.forNodes()} // a cluster's hosts are of one age
	nodeKeys, err := readHostKeys(t, node.HostKeys)
	if err != nil {
		return nil, err
	}
	conn, err := c.DialTCP(ctx, net.JoinHostPort(node.Host, strconv.Itoa(node.Port)))
	if err != nil {
		return nil, err
	}
	inner, err := c.inside(ctx, t, conn, t.timeout(c.opts.ConnectTimeout), c.unlocked(), nodeKeys)
	if err != nil {
		return nil, c.jumpFault(ctx, t, err)
	}
	return inner, nil
}

// inside opens an SSH connection to t over stream, which runs inside this
// connection and ends with the new one. limit is how long t may be silent at first;
// only keys are offered.
func (c *Conn) inside(ctx context.Context, t *Target, stream net.Conn, limit time.Duration, keys []*identity, host hostKeys) (*Conn, error) {
	h := newHandshake(stream, t, limit)
	defer h.watchdog.stop()
	h.algorithms = host.algorithms
	h.checkHostKey = func(_ net.Addr, key ssh.PublicKey) error { return host.check(t, key) }
	h.login = offerKeys(ctx, t, keys, c.opts.tell, h.watchdog.pause, h.meter.closed.Load)
	client, err := h.run(ctx)
	if err != nil {
		_ = stream.Close()
		return nil, err
	}
	opts := *c.opts
	if opts.keepalive == (keepaliveTimes{}) {
		opts.keepalive = jumpKeepalive
	}
	conn := newConn(client, t, &opts)
	conn.keys, conn.banner, conn.address = withFirst(keys, h.login.acceptedKey()), h.login.heard(), directAddress(t, stream)
	conn.closers = []func() error{stream.Close}
	conn.start()
	return conn, nil
}

// unlocked are the keys that sign without a question.
func (c *Conn) unlocked() []*identity {
	return slices.DeleteFunc(slices.Clone(c.keys), func(id *identity) bool { return id.ready() == nil })
}

// jumpFault says of a refused login that it was the node's, and of a broken one
// that the outer connection ended, when that is so.
func (c *Conn) jumpFault(ctx context.Context, t *Target, err error) error {
	if lost := c.failed(ctx, "connecting to the node "+t.label()); lost != nil {
		return lost
	}
	if fault.Is(err, fault.AuthRefused) || fault.Is(err, fault.NoKey) {
		refused := *asFault(err)
		refused.Tried = "logging in to the node " + t.label() + " as " + t.User + ", through " + c.target.label()
		refused.Advice = "A node accepts a key only: put the public half of one into ~/.ssh/authorized_keys on " + c.target.Host +
			", whose home directory the nodes usually share. If it is there, the site does not let people log in to nodes by ssh."
		return &refused
	}
	if _, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok && strings.Contains(err.Error(), "host key") {
		return &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.label(),
			Answer: "the node has none of the kinds of key that were read inside it (" + clean(err.Error(), 500) + ")",
			Advice: nodeKeyAdvice, Err: err}
	}
	return err
}
