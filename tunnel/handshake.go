package tunnel

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
)

// handshake is one SSH handshake over a byte stream, with the login that follows it. The
// caller closes the stream; the handshake does so only to end a wait.
type handshake struct {
	target     *Target
	stream     net.Conn
	meter      *meter
	watchdog   *watchdog
	login      *login
	algorithms []string // of host keys, in the order of preference
	// checkHostKey is called with the key that the host proved to hold.
	checkHostKey func(remote net.Addr, key ssh.PublicKey) error

	keyError       error
	authenticating bool // the host's key was accepted
	busy           bool // the host closed the connection before the login for want of room
}

// newHandshake returns a handshake with t, which may be silent for limit. The caller stops its
// watchdog.
func newHandshake(stream net.Conn, t *Target, limit time.Duration) *handshake {
	h := &handshake{target: t, stream: stream, meter: &meter{Conn: stream}, watchdog: newWatchdog(limit, stream)}
	h.meter.heard()
	return h
}

// run returns the connection once the host has let us in.
func (h *handshake) run(ctx context.Context) (*ownClient, error) {
	release := context.AfterFunc(ctx, func() { _ = h.stream.Close() })
	defer release()
	config := &ssh.ClientConfig{
		User:              h.target.User,
		HostKeyAlgorithms: h.algorithms,
		BannerCallback:    h.login.hear,
		AuthCallback:      h.login.next,
		HostKeyCallback: func(_ string, remote net.Addr, key ssh.PublicKey) error {
			if h.keyError = h.checkHostKey(remote, key); h.keyError == nil {
				h.authenticating = true
				h.watchdog.limitTo(loginTimeout)
			}
			return h.keyError
		},
	}
	h.target.Algorithms.apply(&config.Config)
	conn, channels, requests, err := ssh.NewClientConn(h.meter, h.target.Address(), config)
	h.login.countBanners()
	if err == nil && !release() {
		_ = conn.Close()
		err = ctx.Err()
	}
	if err != nil {
		return nil, h.fault(ctx, err)
	}
	h.meter.gather()
	return &ownClient{ssh.NewClient(conn, channels, acknowledge(conn, requests)), h.meter}, nil
}

// fault tells apart how a handshake can fail.
func (h *handshake) fault(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return contextError(ctx, "connecting to "+h.target.label())
	case h.keyError != nil:
		return h.keyError
	case h.login.stopped() != nil:
		return h.login.stopped()
	case h.watchdog.fired():
		return silent(h.target, h.authenticating, err)
	case h.authenticating:
		return h.login.refused(err)
	}
	output, spokeSSH := h.meter.beforeSSH()
	h.busy = closedByHost(err) && isBusy(output, spokeSSH)
	return handshakeFault(h.target, err, output)
}

// retryReason says why another attempt may succeed, after run has failed.
func (h *handshake) retryReason() retryReason {
	switch {
	case h.login.mayAskAgain():
		return retryAnswer
	case h.busy:
		return retryBusy
	}
	return noRetry
}

// ownClient is an SSH connection of this process, and the meter on the bytes under it.
type ownClient struct {
	*ssh.Client
	meter *meter
}

// handshakeFault returns the error for a host that did not come as far as the login; output is
// what it wrote before SSH.
func handshakeFault(t *Target, err error, output string) error {
	if negotiation, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok {
		return noAgreement(t, negotiation)
	}
	f := &fault.Error{Code: fault.HandshakeFailed, Tried: "beginning SSH with " + t.label(), Answer: clean(err.Error(), 500), Err: err}
	if closedByHost(err) {
		f.Answer = "the host closed the connection before SSH had begun"
	}
	if output != "" {
		f.Answer += "; it said: " + output
	}
	f.Advice = "Check that the port is SSH's. If the host closed the connection it may have too many logins open (MaxStartups) or have banned this address: wait a minute before you try again."
	return f
}

func closedByHost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isAny(err, resets)
}
