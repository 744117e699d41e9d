package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/bulkconn"
	"github.com/sa2c/sunpyter/tunnel/internal/watchdog"
	"github.com/sa2c/sunpyter/tunnel/openssh"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
	"github.com/sa2c/sunpyter/tunnel/transport"
)

// handshake is one SSH handshake over a byte stream, with the login that follows it. The
// caller closes the stream; the handshake does so only to end a wait.
type handshake struct {
	target     *sshconfig.Target
	stream     net.Conn
	activity   *activityConn
	watchdog   *watchdog.Watchdog
	login      *sshauth.Attempt
	algorithms []string // of host keys, in the order of preference
	// checkHostKey is called with the key that the host proved to hold.
	checkHostKey func(remote net.Addr, key ssh.PublicKey) error

	keyError       error
	authenticating bool // the host's key was accepted
	busy           bool // the host closed the connection before the login because it was busy
}

// newHandshake returns a handshake with t, which may be silent for limit. The caller stops its
// watchdog.
func newHandshake(stream net.Conn, t *sshconfig.Target, limit time.Duration) *handshake {
	h := &handshake{target: t, stream: stream, activity: &activityConn{Conn: stream, opening: bounded.Head{Limit: maxOpening}},
		watchdog: watchdog.New(limit, func() { _ = stream.Close() })}
	h.activity.touch()
	return h
}

// run returns the connection once the host has let us in.
func (h *handshake) run(ctx context.Context) (*ownClient, error) {
	release := context.AfterFunc(ctx, func() { _ = h.stream.Close() })
	defer release()
	config := &ssh.ClientConfig{
		User:              h.target.User,
		HostKeyAlgorithms: h.algorithms,
		BannerCallback:    h.login.OnBanner,
		AuthCallback:      h.login.NextMethod,
		HostKeyCallback: func(_ string, remote net.Addr, key ssh.PublicKey) error {
			if h.keyError = h.checkHostKey(remote, key); h.keyError == nil {
				h.authenticating = true
				h.watchdog.LimitTo(watchdog.LoginTimeout)
			}
			return h.keyError
		},
	}
	h.target.Algorithms.Apply(&config.Config)
	conn, channels, requests, err := ssh.NewClientConn(bulkconn.New(h.activity), h.target.Address(), config)
	h.login.NotifySkippedBanners()
	if err == nil && !release() {
		_ = conn.Close()
		err = ctx.Err()
	}
	if err != nil {
		return nil, h.errorFor(ctx, err)
	}
	return &ownClient{ssh.NewClient(conn, channels, ackHostKeys(conn, requests)), h.activity}, nil
}

// errorFor returns the error for a handshake that failed.
func (h *handshake) errorFor(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return fault.ContextError(ctx, "connecting to "+h.target.Label())
	case h.keyError != nil:
		return h.keyError
	case h.login.Err() != nil:
		return h.login.Err()
	case h.watchdog.Fired():
		return watchdog.SilentError(h.target, h.authenticating, err)
	case h.authenticating:
		return h.login.RefusedError(err)
	}
	output, spokeSSH := h.activity.beforeSSH()
	h.busy = closedByHost(err) && openssh.IsBusy(output, spokeSSH)
	return handshakeError(h.target, err, output)
}

// retryReason returns why another attempt may succeed, after run has failed.
func (h *handshake) retryReason() retryReason {
	switch {
	case h.login.MayPromptAgain():
		return retryAnswer
	case h.busy:
		return retryBusy
	}
	return noRetry
}

// ownClient is an SSH connection of this process, with the activity on its byte stream.
type ownClient struct {
	*ssh.Client
	activity *activityConn
}

// handshakeError returns the error for a host that failed before the login; output is
// what it wrote before SSH.
func handshakeError(t *sshconfig.Target, err error, output string) error {
	if negotiation, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok {
		return sshconfig.NegotiationError(t, negotiation)
	}
	f := &fault.Error{Code: fault.HandshakeFailed, Tried: "beginning SSH with " + t.Label(), Answer: bounded.Text(err.Error(), 500),
		Advice: openssh.BusyAdvice, Err: err}
	if closedByHost(err) {
		f.Answer = "the host closed the connection before the SSH handshake"
	}
	if output != "" {
		f.Answer += "; it said: " + output
	}
	return f
}

func closedByHost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || transport.WasReset(err)
}
