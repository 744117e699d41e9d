package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"go.uber.org/zap"
	"golang.org/x/crypto/ssh"
)

// Dial connects to target, checks its key as OpenSSH does and logs in, once. It
// asks through opts.Prompter only what cannot be known otherwise: an unknown
// host key, the passphrase of a key that the host wants, a password or code.
//
// Round trips: TCP 1, versions 1, key exchange 1, then service, "none", one for
// each key that is offered, and the signature: 7 where the first key is right.
//
// Faults: HostUnknown, ConnectRefused, ConnectTimeout, ConnectFailed,
// HostKeyUnknown, HostKeyChanged, NoKey, AuthRefused, HandshakeFailed,
// SSHConfig, ForwardRefused (at a hop), PromptUnanswered, Cancelled.
func Dial(ctx context.Context, target Target, opts Options) (*Conn, error) {
	t := &target
	carrier, err := connect(ctx, t, &opts)
	if err != nil {
		return nil, err
	}
	keys := gatherKeys(ctx, t)
	carrier.under = append([]func() error{func() error { keys.close(); return nil }}, carrier.under...)
	dog := newWatchdog(t.timeout(&opts), carrier.Conn)
	defer dog.stop()
	check, err := newHostKeyCheck(t, &opts, dog.pause)
	if err != nil {
		carrier.close()
		return nil, err
	}
	l := &login{ctx: ctx, target: t, prompter: opts.Prompter, keys: keys.ids, pause: dog.pause}
	client, err := shake(ctx, carrier, dog, l, check.algorithms(), func(remote net.Addr, key ssh.PublicKey) error {
		return check.check(ctx, remote, key)
	}, keys.notes)
	if err != nil {
		carrier.close()
		return nil, err
	}
	if banner := l.heard(); banner != "" {
		opts.log().Info("the host says", zap.String("host", t.Host), zap.String("banner", banner))
	}
	return newConn(client, carrier, t, l, &opts), nil
}

// shake does the SSH handshake over carrier. It leaves closing carrier to the
// caller, but for cancellation and silence, which close it to end the wait.
func shake(ctx context.Context, c *carrier, dog *watchdog, l *login, algorithms []string,
	check func(net.Addr, ssh.PublicKey) error, notes []string) (*client, error) {
	release := context.AfterFunc(ctx, func() { _ = c.Conn.Close() })
	defer release()
	var keyError error
	authenticating := false
	config := &ssh.ClientConfig{
		User:              l.target.User,
		HostKeyAlgorithms: algorithms,
		BannerCallback:    l.hear,
		AuthCallback:      l.next,
		HostKeyCallback: func(_ string, remote net.Addr, key ssh.PublicKey) error {
			if keyError = check(remote, key); keyError == nil {
				authenticating = true
				dog.limitTo(loginTimeout)
			}
			return keyError
		},
	}
	metered := &meter{Conn: c.Conn}
	metered.heard()
	l.hungUp = metered.over.Load
	conn, channels, requests, err := ssh.NewClientConn(metered, l.target.Address(), config)
	if err == nil && !release() {
		_ = conn.Close()
		err = ctx.Err()
	}
	if err == nil {
		metered.gather()
		return &client{ssh.NewClient(conn, channels, acknowledge(conn, requests)), metered}, nil
	}
	switch {
	case ctx.Err() != nil:
		return nil, ended(ctx, "connecting to "+l.target.label())
	case keyError != nil:
		return nil, keyError
	case l.stop != nil:
		return nil, l.stop
	case dog.bit.Load():
		return nil, silent(l.target, authenticating, err)
	case authenticating:
		return nil, l.refused(err, notes)
	}
	return nil, handshakeFault(l.target, err)
}

// client is an SSH connection and the meter on the bytes under it.
type client struct {
	*ssh.Client
	meter *meter
}

func silent(t *Target, authenticating bool, err error) error {
	f := &fault.Error{Code: fault.ConnectTimeout, Tried: "connecting to " + t.label(), Err: err,
		Answer: "the connection was made, but the host says nothing",
		Advice: "It may be overloaded, or something else than SSH listens on that port. Try again in a moment."}
	if authenticating {
		f.Answer = "the host does not finish the login"
	}
	return f
}

func handshakeFault(t *Target, err error) error {
	f := &fault.Error{Code: fault.HandshakeFailed, Tried: "beginning SSH with " + t.label(), Answer: clean(err.Error(), 500), Err: err}
	if negotiation, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok {
		f.Answer = clean(negotiation.Error(), 1000)
		f.Advice = "The host speaks only algorithms that are not used here. Ask the site to update its SSH server."
		return f
	}
	if errors.Is(err, io.EOF) {
		f.Answer = "the host closed the connection before SSH had begun"
	}
	f.Advice = "Check that the port is SSH's. If the host closed the connection it may have too many logins open (MaxStartups) or have banned this address: wait a minute before you try again."
	return f
}

// watchdog closes a carrier on which nothing is heard for too long. While a
// person is being asked it sleeps.
type watchdog struct {
	timer *time.Timer
	limit atomic.Int64 // nanoseconds
	bit   atomic.Bool
}

func newWatchdog(limit time.Duration, guarded net.Conn) *watchdog {
	d := &watchdog{}
	d.limit.Store(int64(limit))
	d.timer = time.AfterFunc(limit, func() {
		d.bit.Store(true)
		_ = guarded.Close()
	})
	return d
}

// limitTo sets the limit of the next stretch, which begins now.
func (d *watchdog) limitTo(limit time.Duration) {
	d.limit.Store(int64(limit))
	d.timer.Reset(limit)
}

// pause stops the clock until resume is called.
func (d *watchdog) pause() (resume func()) {
	d.timer.Stop()
	return func() { d.timer.Reset(time.Duration(d.limit.Load())) }
}

func (d *watchdog) stop() { d.timer.Stop() }

// withFirst moves first to the front of ids.
func withFirst(ids []*identity, first *identity) []*identity {
	if first == nil {
		return ids
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id *identity) bool { return id == first })
	return append([]*identity{first}, rest...)
}
