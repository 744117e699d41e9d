package tunnel

import (
	"cmp"
	"context"
	"net"
	"slices"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/internal/retry"
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
		opts.files = newKeyFiles()
	}
	opts.files.share(keys)
	d := newDialer(t, &opts, keys)
	conn, err := d.dial(ctx)
	if err != nil {
		d.close()
	}
	return conn, err
}

// dialer makes one connection, in one or more attempts: a host may close it before the login.
type dialer struct {
	target    *Target
	opts      *Options
	keys      *keyring
	transport *transport // nil with an ssh program
	pending   pendingAnswers

	retries    int
	backoff    retry.Backoff
	askedAgain bool // the attempt with the pending answers was made
}

func newDialer(t *Target, opts *Options, keys *keyring) *dialer {
	first := cmp.Or(opts.retryPause, retryPause)
	return &dialer{target: t, opts: opts, keys: keys, pending: pendingAnswers{}, backoff: retry.Backoff{Min: first, Max: first << maxRetries}}
}

// close closes what a failed dial leaves open.
func (d *dialer) close() {
	if d.transport != nil {
		_ = d.transport.close()
	}
	_ = d.keys.close()
}

// dial makes attempts until there is a connection, or an error that is not retried.
func (d *dialer) dial(ctx context.Context) (*Conn, error) {
	attempt := d.withProgram
	if d.target.Program == "" {
		if err := d.keys.askAhead(ctx, d.target, d.opts.Prompter); err != nil {
			return nil, err
		}
		var err error
		if d.transport, err = newTransport(ctx, d.target, d.opts); err != nil {
			return nil, err
		}
		attempt = d.direct
	}
	for {
		conn, why, err := attempt(ctx)
		if err == nil || !d.retry(ctx, why, err) {
			return conn, err
		}
	}
}

// direct makes one connection and logs in over it.
func (d *dialer) direct(ctx context.Context) (*Conn, retryReason, error) {
	t := d.target
	stream, err := d.transport.open(ctx)
	if err != nil {
		return nil, noRetry, err
	}
	h := newHandshake(stream, t, t.timeout(d.opts.ConnectTimeout))
	defer h.watchdog.stop()
	check, err := newHostKeyCheck(t, d.opts.Prompter, d.opts.tell, h.watchdog.pause)
	if err != nil {
		_ = stream.Close()
		return nil, noRetry, err
	}
	h.algorithms = check.algorithms()
	h.checkHostKey = func(remote net.Addr, key ssh.PublicKey) error {
		d.tell(NoticeConnected, remote.String())
		err := check.check(ctx, remote, key)
		if err == nil {
			d.tell(NoticeHostKnown, describeKey(key))
		}
		return err
	}
	h.login = newLogin(ctx, loginConfig{target: t, keyring: d.keys, prompter: d.opts.Prompter, notify: d.opts.tell,
		pause: h.watchdog.pause, hungUp: h.meter.closed.Load, pending: d.pending})
	client, err := h.run(ctx)
	if err != nil {
		_ = stream.Close()
		return nil, h.retryReason(), withProxyWords(err, stream)
	}
	key := h.login.acceptedKey()
	if key != nil {
		d.keys.keepOpened(ctx, t, d.opts.Prompter, d.opts.tell, key)
		d.tell(NoticeLoggedIn, key.String())
	} else {
		d.tell(NoticeLoggedIn, "")
	}
	conn := newConn(client, t, d.opts)
	conn.keys, conn.banner, conn.address = withFirst(d.keys.keys(), key), h.login.heard(), directAddress(t, stream)
	conn.closers = []func() error{stream.Close, d.keys.close, d.transport.close}
	conn.sessions.overflow.byKey = h.login.keyAlone()
	conn.start()
	return conn, noRetry, nil
}

// withProgram logs in with the ssh program of the configuration.
func (d *dialer) withProgram(ctx context.Context) (*Conn, retryReason, error) {
	alive := keepaliveTimes{}.orDefault().soonerFor(d.target)
	client, busy, err := dialProgram(ctx, d.target, programConfig{prompter: d.opts.Prompter, notify: d.opts.tell, keys: d.keys, sockets: d.opts.Sockets,
		connectTimeout: d.opts.ConnectTimeout, aliveInterval: alive.interval, alivePatience: alive.patience})
	switch {
	case err != nil && busy:
		return nil, retryBusy, err
	case err != nil:
		return nil, noRetry, err
	}
	conn := &Conn{client: client, target: d.target, keys: d.keys.keys(), asked: d.opts.asked(), address: client.address(),
		log: d.opts.log(), opts: d.opts, closers: []func() error{d.keys.close}, done: make(chan struct{})}
	conn.primed.Store(true) // the program has the host send small messages at once
	go conn.awaitEnd()
	go conn.afterSleep(wakePatience, wallClock)
	return conn, noRetry, nil
}

// withFirst moves first to the front of ids.
func withFirst(ids []*identity, first *identity) []*identity {
	if first == nil {
		return ids
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id *identity) bool { return id == first })
	return append([]*identity{first}, rest...)
}
