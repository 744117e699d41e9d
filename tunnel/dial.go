package tunnel

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"golang.org/x/crypto/ssh"
)

// Dial connects to target, checks its key as OpenSSH does and logs in, once. It
// asks through opts.Prompter only what cannot be known otherwise: an unknown
// host key, the passphrase of a key that the host wants, a password or code.
//
// A connection that the host closes before the login is no refusal and is made
// again a few times; a refused login is not.
//
// Round trips: TCP 1, versions 1, key exchange 1, then service, "none", one for
// each key that is offered, and the signature: 7 where the first key is right.
//
// Faults: HostUnknown, ConnectRefused, ConnectTimeout, ConnectFailed,
// HostKeyUnknown, HostKeyChanged, NoKey, AuthRefused, HandshakeFailed,
// SSHConfig, ForwardRefused (at a hop), PromptUnanswered, Cancelled.
func Dial(ctx context.Context, target Target, opts Options) (*Conn, error) {
	t := &target
	if t.Batch {
		opts.Prompter = nil
	}
	opts.watchPerson()
	for _, w := range t.Warnings {
		opts.tell(Notice{Kind: NoticeConfig, Host: t.Name, Text: w})
	}
	keys := gatherKeys(ctx, t)
	if opts.files == nil {
		opts.files = &keyFiles{map[string]*keyFile{}}
	}
	opts.files.share(keys.ids)
	if t.Program != "" {
		return dialSystem(ctx, t, &opts, keys)
	}
	if err := keys.askAhead(ctx, t, opts.Prompter); err != nil {
		keys.close()
		return nil, err
	}
	path, err := reach(ctx, t, &opts)
	if err != nil {
		keys.close()
		return nil, err
	}
	d := newDialling(t, &opts, keys)
	d.way = path
	conn, err := d.run(ctx)
	if err != nil {
		_ = path.close()
		keys.close()
	}
	return conn, err
}

// dialling is one login, with the attempts at it that the host cuts off.
type dialling struct {
	target *Target
	opts   *Options
	keys   *keyring
	way    *way
	// inHand are answers that were typed and never sent, since the host had hung up.
	inHand map[SecretQuestion]string

	retries     int
	backoff     retry.Backoff
	askedInTime bool // the attempt with the answers in hand was made
}

func newDialling(t *Target, opts *Options, keys *keyring) *dialling {
	first := cmp.Or(opts.retryPause, retryPause)
	return &dialling{target: t, opts: opts, keys: keys, inHand: map[SecretQuestion]string{}, backoff: retry.Backoff{Min: first, Max: first << maxRetries}}
}

// run tries until there is a connection, or something that is not tried again.
func (d *dialling) run(ctx context.Context) (*Conn, error) {
	for {
		conn, l, err := d.attempt(ctx)
		if err == nil || !d.again(ctx, l, err) {
			return conn, err
		}
	}
}

// attempt makes one connection and logs in over it; l is nil where there was none.
func (d *dialling) attempt(ctx context.Context) (*Conn, *login, error) {
	t := d.target
	stream, err := d.way.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	under := &carrier{Conn: stream}
	dog := newWatchdog(t.timeout(d.opts), stream)
	defer dog.stop()
	check, err := newHostKeyCheck(t, d.opts, dog.pause)
	if err != nil {
		under.close()
		return nil, nil, err
	}
	l := &login{ctx: ctx, target: t, prompter: d.opts.Prompter, keys: d.keys.ids, pause: dog.pause, inHand: d.inHand, tell: d.opts.tell}
	client, err := shake(ctx, under, dog, l, check.algorithms(), func(remote net.Addr, key ssh.PublicKey) error {
		d.tell(NoticeConnected, remote.String())
		err := check.check(ctx, remote, key)
		if err == nil {
			d.tell(NoticeHostKnown, describeKey(key))
		}
		return err
	}, d.keys.notes)
	if err != nil {
		under.close()
		return nil, l, withProxyWords(err, stream)
	}
	if l.accepted != nil {
		d.keys.keepOpened(ctx, t, d.opts, l.accepted)
		d.tell(NoticeLoggedIn, l.accepted.String())
	} else {
		d.tell(NoticeLoggedIn, "")
	}
	under.under = []func() error{func() error { d.keys.close(); return nil }, d.way.close}
	conn := newConn(client, under, t, l, d.opts)
	conn.sessions.overflow.byKey = l.accepted != nil && !l.sent
	return conn, l, nil
}

// shake does the SSH handshake over carrier. It leaves closing carrier to the
// caller, but for cancellation and silence, which close it to end the wait.
func shake(ctx context.Context, c *carrier, dog *watchdog, l *login, algorithms []string,
	check func(net.Addr, ssh.PublicKey) error, notes []string) (*ownClient, error) {
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
	l.target.Algorithms.apply(&config.Config)
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
		return &ownClient{ssh.NewClient(conn, channels, acknowledge(conn, requests)), metered}, nil
	}
	if authenticating && ctx.Err() == nil && l.stop == nil && !dog.bit.Load() {
		return nil, l.refused(err, notes)
	}
	return nil, shakeFault(ctx, l, metered, dog, authenticating, keyError, err)
}

// shakeFault tells the ways apart in which a handshake ends without a refused login.
func shakeFault(ctx context.Context, l *login, m *meter, dog *watchdog, authenticating bool, keyError, err error) error {
	switch {
	case ctx.Err() != nil:
		return ended(ctx, "connecting to "+l.target.label())
	case keyError != nil:
		return keyError
	case l.stop != nil:
		return l.stop
	case dog.bit.Load():
		return silent(l.target, authenticating, err)
	}
	words, spokeSSH := m.firstWords()
	l.turnedAway = turnedAway(err, words, spokeSSH)
	return handshakeFault(l.target, err, words)
}

// ownClient is an SSH connection of this process, and the meter on the bytes under it.
type ownClient struct {
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

// handshakeFault is for a host that did not come as far as the login; words are
// what it said before SSH.
func handshakeFault(t *Target, err error, words string) error {
	if negotiation, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok {
		return noAgreement(t, negotiation)
	}
	f := &fault.Error{Code: fault.HandshakeFailed, Tried: "beginning SSH with " + t.label(), Answer: clean(err.Error(), 500), Err: err}
	if closedByHost(err) {
		f.Answer = "the host closed the connection before SSH had begun"
	}
	if words != "" {
		f.Answer += "; it said: " + words
	}
	f.Advice = "Check that the port is SSH's. If the host closed the connection it may have too many logins open (MaxStartups) or have banned this address: wait a minute before you try again."
	return f
}

// withProxyWords adds to err what the ProxyCommand has said, if the connection was one.
func withProxyWords(err error, stream net.Conn) error {
	p, ok := stream.(*proxy)
	f := asFault(err)
	if !ok || f == nil || f.Code != fault.HandshakeFailed || p.said() == "" {
		return err
	}
	with := *f
	with.Answer += "; the ProxyCommand said: " + p.said()
	return &with
}

// watchdog closes a carrier on which nothing is heard for too long. While a
// person is being asked it sleeps.
type watchdog struct {
	timer *time.Timer
	limit atomic.Int64 // nanoseconds
	bit   atomic.Bool
}

func newWatchdog(limit time.Duration, guarded io.Closer) *watchdog {
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
