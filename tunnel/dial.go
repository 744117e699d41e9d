package tunnel

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/tunnel/hostkeys"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/openssh"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
	"github.com/sa2c/sunpyter/tunnel/transport"
)

// Dial connects to target, checks its key as OpenSSH does and logs in, once. It
// asks through opts.Prompter only what cannot be known otherwise: an unknown
// host key, the passphrase of a key that the host wants, a password or code.
//
// A connection that the host closes before the login is not a refusal and is
// retried a few times; a refused login is not.
//
// Round trips: TCP 1, versions 1, key exchange 1, then service, "none", one for
// each key that is offered, and the signature: 7 if the first key is right.
//
// Faults: HostUnknown, ConnectRefused, ConnectTimeout, ConnectFailed,
// HostKeyUnknown, HostKeyChanged, NoKey, AuthRefused, HandshakeFailed,
// SSHConfig, ForwardRefused (at a hop), PromptUnanswered, Cancelled.
func Dial(ctx context.Context, target sshconfig.Target, opts Options) (*Conn, error) {
	t := &target
	if t.Methods.Batch {
		opts.Prompter = nil
	}
	opts.recordPrompts()
	for _, w := range t.Warnings {
		opts.notify(prompts.Notice{Kind: prompts.NoticeConfig, Host: t.Name, Text: w})
	}
	keys := sshauth.LoadKeyring(ctx, t)
	if opts.keyFiles == nil {
		opts.keyFiles = sshauth.KeyFiles{}
	}
	opts.keyFiles.Share(keys)
	first := cmp.Or(opts.retryPause, retryPause)
	d := &dialer{target: t, opts: &opts, keys: keys, pending: sshauth.PendingAnswers{},
		backoff: retry.Backoff{Min: first, Max: first << maxRetries}, closers: []func() error{keys.Close}}
	conn, err := d.dial(ctx)
	if err != nil {
		for _, end := range d.closers {
			_ = end()
		}
	}
	return conn, err
}

// dialer makes one connection, in one or more attempts, since a host may close it before the login.
type dialer struct {
	target  *sshconfig.Target
	opts    *Options
	keys    *sshauth.Keyring
	via     *Conn          // to the host before it, for all attempts; nil: none, or an ssh program connects
	closers []func() error // what all attempts use
	pending sshauth.PendingAnswers

	retries    int
	backoff    retry.Backoff
	askedAgain bool // the attempt with the pending answers was made
}

// dial makes attempts until there is a connection, or an error that is not retried.
func (d *dialer) dial(ctx context.Context) (*Conn, error) {
	attempt := d.withProgram
	if d.target.Program == "" {
		if err := d.keys.PromptEarly(ctx, d.target, d.opts.Prompter); err != nil {
			return nil, err
		}
		if before := d.target.Route.Via; before != nil {
			var err error
			if d.via, err = Dial(ctx, *before, *d.opts); err != nil {
				return nil, err
			}
			d.closers = append(d.closers, d.via.Close)
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
	stream, err := d.open(ctx)
	if err != nil {
		return nil, noRetry, err
	}
	h := newHandshake(stream, t, t.Timeout(d.opts.ConnectTimeout))
	defer h.watchdog.Stop()
	check, err := hostkeys.NewChecker(t, d.opts.Prompter, d.opts.notify, h.watchdog.Pause)
	if err != nil {
		_ = stream.Close()
		return nil, noRetry, err
	}
	h.algorithms = check.Algorithms()
	h.checkHostKey = func(remote net.Addr, key ssh.PublicKey) error {
		d.notify(prompts.NoticeConnected, remote.String())
		err := check.Check(ctx, remote, key)
		if err == nil {
			d.notify(prompts.NoticeHostKnown, sshkey.Describe(key))
		}
		return err
	}
	h.login = sshauth.NewAttempt(ctx, sshauth.Config{Target: t, Keyring: d.keys, Prompter: d.opts.Prompter, Notify: d.opts.notify,
		Pause: h.watchdog.Pause, HungUp: h.activity.closed.Load, Pending: d.pending})
	client, err := h.run(ctx)
	if err != nil {
		_ = stream.Close()
		return nil, h.retryReason(), transport.WithProxyOutput(err, stream)
	}
	return d.loggedIn(ctx, h, client), noRetry, nil
}

// loggedIn returns the connection of a handshake that has succeeded.
func (d *dialer) loggedIn(ctx context.Context, h *handshake, client *ownClient) *Conn {
	key := h.login.AcceptedKey()
	if key != nil {
		d.keys.AddToAgent(ctx, d.target, d.opts.Prompter, d.opts.notify, key)
		d.notify(prompts.NoticeLoggedIn, key.String())
	} else {
		d.notify(prompts.NoticeLoggedIn, "")
	}
	conn := newConn(client, d.target, d.opts)
	conn.login.keys, conn.login.address = withFirst(d.keys.Keys(), key), directAddress(d.target, h.stream.RemoteAddr().String())
	conn.closers = append([]func() error{h.stream.Close}, d.closers...)
	conn.sessions.overflow.byKey = h.login.KeyAlone()
	conn.start()
	return conn
}

// withProgram logs in with the ssh program of the configuration.
func (d *dialer) withProgram(ctx context.Context) (*Conn, retryReason, error) {
	alive := usualKeepalive.soonerFor(d.target)
	client, busy, err := openssh.Dial(ctx, d.target, openssh.Config{Prompter: d.opts.Prompter, Notify: d.opts.notify, Keys: d.keys, Sockets: d.opts.Sockets,
		ConnectTimeout: d.opts.ConnectTimeout, AliveInterval: alive.interval, AlivePatience: alive.patience})
	switch {
	case err != nil && busy:
		return nil, retryBusy, err
	case err != nil:
		return nil, noRetry, err
	}
	conn := newConn(client, d.target, d.opts)
	conn.login.keys, conn.login.address, conn.closers = d.keys.Keys(), directAddress(d.target, client.Address()), d.closers
	conn.nagleOff.Store(true) // the program has the host send small messages at once
	go conn.awaitEnd()
	go conn.watchSleep(wakePatience, wallClock)
	return conn, noRetry, nil
}

// withFirst moves first to the front of ids.
func withFirst(ids []*sshauth.Key, first *sshauth.Key) []*sshauth.Key {
	if first == nil {
		return ids
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id *sshauth.Key) bool { return id == first })
	return append([]*sshauth.Key{first}, rest...)
}

// retryReason is why a failed attempt may be retried.
type retryReason int

const (
	noRetry     retryReason = iota
	retryAnswer             // the host hung up while the user typed; nothing was sent
	retryBusy               // the host closed the connection before the login because it was busy
)

// retry decides whether an attempt that failed with err is retried, and waits for
// its time. A refused login never is.
func (d *dialer) retry(ctx context.Context, why retryReason, err error) bool {
	switch {
	case ctx.Err() != nil:
	case why == retryAnswer && !d.askedAgain:
		d.askedAgain = true
		d.notify(prompts.NoticeRetry, "the host closed the connection before the prompt was answered. Nothing was sent; reconnecting with your answer.")
		return true
	case why == retryBusy && d.target.Route.ProxyCommand == "" && d.retries < maxRetries:
		pause := d.backoff.Next()
		d.retries++
		d.notify(prompts.NoticeRetry, fmt.Sprintf("the host closed the connection before the login, as busy hosts do (%s). No login was refused; trying again in %.1f s (%d of %d).",
			fault.As(err).Answer, pause.Seconds(), d.retries, maxRetries))
		return retry.Sleep(ctx, pause)
	}
	return false
}

func (d *dialer) notify(kind, text string) {
	d.opts.notify(prompts.Notice{Kind: kind, Host: d.target.Name, Text: text})
}

// open opens a byte stream to the host: direct, through the host before it, or through the
// configuration's ProxyCommand.
func (d *dialer) open(ctx context.Context) (net.Conn, error) {
	if d.via != nil {
		return d.via.DialTCP(ctx, d.target.Address())
	}
	return transport.Dial(ctx, d.target, d.target.Timeout(d.opts.ConnectTimeout), d.opts.Prefer)
}

// directAddress returns the address of t, which was reached at remote (host:port); empty: through another host.
func directAddress(t *sshconfig.Target, remote string) string {
	if t.Route.Via != nil || t.Route.ProxyCommand != "" {
		return ""
	}
	address, _, _ := net.SplitHostPort(remote) // empty: not known
	return address
}
