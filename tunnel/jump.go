package tunnel

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/hostkeys"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// NodeTarget is a host behind another, with the same users, whose keys are known from a better
// source than a known_hosts file.
type NodeTarget struct {
	// Host is the node's name or address as the host before it knows it.
	Host string
	// Port is its SSH port.
	Port int
	// HostKeys are its public host keys, each "ssh-ed25519 AAAA..." with or
	// without a comment. At least one must be readable.
	HostKeys []string
}

// Jump opens an SSH connection to node inside this one. The node's host key has
// to be one of node.HostKeys. It is offered the keys that can sign without a
// prompt, first the one that this host accepted; the user is not prompted.
// The new connection ends with this one; closing it leaves this one open.
//
// Faults: those of DialTCP, NodeKeyMismatch, AuthRefused, NoKey, HandshakeFailed.
func (c *Conn) Jump(ctx context.Context, node NodeTarget) (*Conn, error) {
	t := c.nodeTarget(node.Host, node.Port)
	nodeKeys, err := hostkeys.ParsePinned(t, node.HostKeys)
	if err != nil {
		return nil, err
	}
	conn, err := c.dialTCP(ctx, useBulk, t.Address())
	if err != nil {
		return nil, err
	}
	inner, err := c.inside(ctx, t, conn, t.Timeout(c.opts.ConnectTimeout), c.unlocked(), nodeKeys)
	if err != nil {
		return nil, c.nodeError(ctx, t, err)
	}
	return inner, nil
}

// nodeTarget is a host behind this one. A cluster's hosts are about equally old.
func (c *Conn) nodeTarget(host string, port int) *sshconfig.Target {
	return &sshconfig.Target{Name: host, Host: host, Port: port, User: c.target.User,
		Methods: sshconfig.Methods{PublicKey: true}, Algorithms: c.target.Algorithms.ForNodes()}
}

// inside opens an SSH connection to t over stream, which runs inside this
// connection and ends with the new one. limit is how long t may be silent at first;
// only keys are offered.
func (c *Conn) inside(ctx context.Context, t *sshconfig.Target, stream net.Conn, limit time.Duration, keys []*sshauth.Key, host hostkeys.Pinned) (*Conn, error) {
	h := newHandshake(stream, t, limit)
	defer h.watchdog.Stop()
	h.algorithms = host.Algorithms
	h.checkHostKey = func(_ net.Addr, key ssh.PublicKey) error { return host.Check(t, key) }
	h.login = sshauth.OfferKeys(ctx, t, keys, c.opts.notify, h.watchdog.Pause, h.activity.closed.Load)
	client, err := h.run(ctx)
	if err != nil {
		_ = stream.Close()
		return nil, err
	}
	opts := *c.opts
	opts.keepalive = cmp.Or(opts.keepalive, insideKeepalive)
	conn := newConn(client, t, &opts)
	conn.login.keys, conn.login.address = withFirst(keys, h.login.AcceptedKey()), directAddress(t, stream.RemoteAddr().String())
	conn.closers = []func() error{stream.Close}
	conn.start()
	return conn, nil
}

// unlocked returns the keys that sign without a prompt.
func (c *Conn) unlocked() []*sshauth.Key {
	return slices.DeleteFunc(slices.Clone(c.login.keys), (*sshauth.Key).Locked)
}

// nodeError returns the error of a login on the node; if the outer connection ended, it
// says that instead.
func (c *Conn) nodeError(ctx context.Context, t *sshconfig.Target, err error) error {
	if lost := c.callError(ctx, "connecting to the node "+t.Label()); lost != nil {
		return lost
	}
	if fault.Is(err, fault.AuthRefused) || fault.Is(err, fault.NoKey) {
		refused := *fault.As(err)
		refused.Tried = "logging in to the node " + t.Label() + " as " + t.User + ", through " + c.target.Label()
		refused.Advice = "Nodes accept keys only: add your public key to ~/.ssh/authorized_keys on " + c.target.Host +
			", whose home directory the nodes usually share. If it is there already, the site does not let users log in to nodes by ssh."
		return &refused
	}
	if _, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok && strings.Contains(err.Error(), "host key") {
		return &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.Label(),
			Answer: "the node offers none of the key types that were read on it (" + bounded.Text(err.Error(), 500) + ")",
			Advice: hostkeys.NodeKeyAdvice, Err: err}
	}
	return err
}
