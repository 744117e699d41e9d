package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"golang.org/x/crypto/ssh"
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
	inner, err := c.inside(ctx, t, conn, t.timeout(c.opts), c.unlocked(), nodeKeys)
	if err != nil {
		return nil, c.jumpFault(ctx, t, err)
	}
	return inner, nil
}

// inside opens an SSH connection to t over stream, which runs inside this
// connection and ends with the new one. limit is how long t may be silent at first;
// only keys are offered.
func (c *Conn) inside(ctx context.Context, t *Target, stream net.Conn, limit time.Duration, keys []*identity, host hostKeys) (*Conn, error) {
	under := &carrier{Conn: stream}
	dog := newWatchdog(limit, stream)
	defer dog.stop()
	l := &login{ctx: ctx, target: t, keys: keys, pause: dog.pause, tell: c.opts.tell}
	client, err := shake(ctx, under, dog, l, host.algorithms, func(_ net.Addr, key ssh.PublicKey) error {
		return checkNodeKey(t, host.known, key)
	}, nil)
	if err != nil {
		under.close()
		return nil, err
	}
	opts := *c.opts
	if opts.keepalive == (keepaliveTimes{}) {
		opts.keepalive = jumpKeepalive
	}
	return newConn(client, under, t, l, &opts), nil
}

// unlocked are the keys that sign without a question.
func (c *Conn) unlocked() []*identity {
	return slices.DeleteFunc(slices.Clone(c.keys), func(id *identity) bool { return id.ready() == nil })
}

// hostKeys are a node's own keys, and the algorithms to ask for.
type hostKeys struct {
	known      []ssh.PublicKey
	algorithms []string
}

// readHostKeys reads the keys of the node t.
func readHostKeys(t *Target, lines []string) (k hostKeys, err error) {
	for _, line := range lines {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			continue // a kind of key that we do not know is no use
		}
		k.known = append(k.known, key)
		if key.Type() == ssh.KeyAlgoRSA {
			k.algorithms = append(k.algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			k.algorithms = append(k.algorithms, key.Type())
		}
	}
	if len(k.known) == 0 {
		return k, &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.label(),
			Answer: "none of the node's own keys could be read", Advice: "Without one the node cannot be told from an impostor. Ask the site whether its nodes have SSH host keys."}
	}
	return k, nil
}

func checkNodeKey(t *Target, known []ssh.PublicKey, key ssh.PublicKey) error {
	if slices.ContainsFunc(known, func(k ssh.PublicKey) bool { return sameKey(k, key) }) {
		return nil
	}
	want := make([]string, len(known))
	for i, k := range known {
		want[i] = describeKey(k)
	}
	return &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.label(),
		Answer: fmt.Sprintf("the node shows the %s; from inside the node it is the %s", describeKey(key), strings.Join(want, " or the ")),
		Advice: nodeKeyAdvice}
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

const nodeKeyAdvice = "Something else answers for the node, perhaps another host with the same address. Nothing was sent to it; tell the site."
