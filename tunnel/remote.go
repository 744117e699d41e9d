package tunnel

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// RemoteConn is an SSH connection that another process has made and holds; a Conn
// over it is used like any other. See the package share.
type RemoteConn interface {
	client
	// OpenBulk opens a channel of a kind that is cheaper for much data.
	OpenBulk(kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error)
	// Sign signs with one of the keys in ConnInfo.
	Sign(key ssh.PublicKey, data []byte, algorithm string) (*ssh.Signature, error)
	// Probe is as [Conn.Probe].
	Probe(ctx context.Context, patience time.Duration)
	// KeepFor changes how long it stays open for others after Close.
	KeepFor(d time.Duration)
}

// ConnInfo describes a connection to another process.
type ConnInfo struct {
	// Keys can sign for a further hop without a question, the accepted one first.
	Keys []KeyInfo
	// Address is the result of Conn.Address.
	Address string
	// Prompted says that the user typed something for the login.
	Prompted bool
}

// KeyInfo is a key that can sign.
type KeyInfo struct {
	// Public is the key as SSH sends it, Label where it comes from.
	Public []byte
	Label  string
}

// NewRemote returns a Conn over a connection that another process holds. target is the
// one that was dialled; of opts the log, the notices and the time limits count.
func NewRemote(remote RemoteConn, target sshconfig.Target, info ConnInfo, opts Options) *Conn {
	c := newConn(remote, &target, &opts)
	c.login = loginResult{prompted: info.Prompted, address: info.Address}
	c.nagleOff.Store(true) // the process that holds it does that
	for _, key := range info.Keys {
		if public, err := ssh.ParsePublicKey(key.Public); err == nil {
			c.login.keys = append(c.login.keys, sshauth.NewKey(public, key.Label, func(data []byte, algorithm string) (*ssh.Signature, error) {
				return remote.Sign(public, data, algorithm)
			}))
		}
	}
	go c.awaitEnd()
	return c
}

// Info returns what another process needs to know to use c.
func (c *Conn) Info() ConnInfo {
	info := ConnInfo{Prompted: c.login.prompted, Address: c.Address()}
	for _, id := range c.unlocked() {
		info.Keys = append(info.Keys, KeyInfo{Public: id.Public().Marshal(), Label: id.Source()})
	}
	return info
}

// errOtherKey: the key is not one of the connection's.
var errOtherKey = errors.New("the connection was not made with this key")

// Sign signs with one of the keys in ConnInfo.
func (c *Conn) Sign(key ssh.PublicKey, data []byte, algorithm string) (*ssh.Signature, error) {
	for _, id := range c.unlocked() {
		if sshkey.Equal(id.Public(), key) {
			return id.Sign(data, algorithm)
		}
	}
	return nil, errOtherKey
}

// Probe probes the host, and ends the connection if nothing at
// all was received for patience: a caller that cannot wait for the keepalives
// then dials again. A connection for which the user typed something is left to the
// keepalives, since it may still work, and another would need the user.
func (c *Conn) Probe(ctx context.Context, patience time.Duration) {
	if remote, ok := c.client.(RemoteConn); ok {
		remote.Probe(ctx, patience)
		return
	}
	if !c.login.prompted && !c.Alive(ctx, patience) {
		c.endLost("nothing was received from it for "+patience.String(), nil)
	}
}

// OpenChannel opens a channel for another process.
func (c *Conn) OpenChannel(ctx context.Context, kind string, payload []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	if kind == "session" {
		c.nagleOff.Store(true)
		return c.sessions.open(ctx, useInteractive)
	}
	c.disableNagle()
	return c.openChannel(ctx, useInteractive, kind, payload)
}

// KeepFor changes how long a connection that another process holds stays open for
// others after our Close.
func (c *Conn) KeepFor(d time.Duration) {
	if kept, ok := c.client.(RemoteConn); ok {
		kept.KeepFor(d)
	}
}

// NeedsUserAction reports whether a login after the end of this program would prompt the
// user: something was typed for this login, and no other process holds the connection.
func (c *Conn) NeedsUserAction() bool {
	_, remote := c.client.(RemoteConn)
	return c.login.prompted && (!remote || c.Err() != nil)
}

// promptRecorder records that the user has typed something.
type promptRecorder struct {
	prompts.Prompter
	typed *atomic.Bool
}

func (w promptRecorder) Secret(ctx context.Context, q prompts.SecretQuestion) (string, error) {
	answer, err := w.Prompter.Secret(ctx, q)
	if err == nil {
		w.typed.Store(true)
	}
	return answer, err
}

// recordPrompts makes prompted report whether the user typed something for a chain of hosts.
func (o *Options) recordPrompts() {
	if o.promptedFlag == nil {
		o.promptedFlag = &atomic.Bool{}
	}
	if _, watched := o.Prompter.(promptRecorder); o.Prompter != nil && !watched {
		o.Prompter = promptRecorder{o.Prompter, o.promptedFlag}
	}
}

func (o *Options) prompted() bool { return o.promptedFlag != nil && o.promptedFlag.Load() }
