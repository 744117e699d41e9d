package tunnel

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
)

// DialTCP connects from the host to addr (host:port, as seen from there).
//
// Faults: ForwardRefused if the host does not forward at all, ConnectRefused
// and ConnectFailed with its message if addr does not answer it, LinkLost,
// ConnectTimeout, Cancelled, BadRequest.
func (c *Conn) DialTCP(ctx context.Context, addr string) (net.Conn, error) {
	return c.dialTCP(ctx, useInteractive, addr)
}

func (c *Conn) dialTCP(ctx context.Context, use use, addr string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(addr)
	port, portErr := strconv.ParseUint(portText, 10, 16)
	if err != nil || portErr != nil {
		return nil, &fault.Error{Code: fault.BadRequest, Tried: "forwarding through " + c.target.Label(),
			Answer: strconv.Quote(bounded.Text(addr, 80)) + " is no host:port", Advice: "Enter a host and a port.", Err: errors.Join(err, portErr)}
	}
	// RFC 4254 section 7.2
	payload := ssh.Marshal(struct {
		Host       string
		Port       uint32
		Origin     string
		OriginPort uint32
	}{host, uint32(port), "127.0.0.1", 0})
	c.disableNagle()
	return c.forward(ctx, use, "direct-tcpip", payload, addr)
}

// DialUnix connects to the unix socket at path on the host.
//
// Faults: as DialTCP. OpenSSH's reply is the same if the socket does not answer and if
// it may not forward to sockets. Until one socket has been reached on this
// connection we check whether the socket exists: then it is ForwardRefused.
func (c *Conn) DialUnix(ctx context.Context, path string) (net.Conn, error) {
	c.disableNagle()
	conn, err := c.TryUnix(ctx, path)
	if err == nil {
		return conn, nil
	}
	if f := fault.As(err); f != nil && f.Code == fault.ConnectRefused && !c.unixWorks.Load() && c.isSocket(ctx, path) {
		f.Code = fault.ForwardRefused
		f.Answer = "the socket exists, but the host does not forward to it"
		f.Advice = "The host's AllowStreamLocalForwarding may be off: ask the site to allow it. Or the server behind the socket has ended."
	}
	return nil, err
}

// TryUnix is DialUnix for a socket that may not exist yet: it does not look
// for the cause of a refusal, and does not turn off the host's Nagle, since the caller
// runs a command on the connection anyway.
func (c *Conn) TryUnix(ctx context.Context, path string) (net.Conn, error) {
	// OpenSSH's PROTOCOL, section 2.4
	payload := ssh.Marshal(struct {
		Path      string
		Reserved0 string
		Reserved1 uint32
	}{path, "", 0})
	conn, err := c.forward(ctx, useInteractive, "direct-streamlocal@openssh.com", payload, path)
	if err == nil {
		c.unixWorks.Store(true)
	}
	return conn, err
}

// isSocket checks for the socket with a command. It does not check unusual paths,
// since no quoting is right in every login shell.
func (c *Conn) isSocket(ctx context.Context, path string) bool {
	if strings.ContainsFunc(path, func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`'!\`, r) }) {
		return false
	}
	_, _, exit, err := c.Run(ctx, "test -S '"+path+"'", nil)
	return err == nil && exit == 0
}

func (c *Conn) forward(ctx context.Context, use use, kind string, payload []byte, what string) (net.Conn, error) {
	channel, requests, err := c.openChannel(ctx, use, kind, payload)
	if err != nil {
		return nil, c.forwardError(ctx, what, err)
	}
	go ssh.DiscardRequests(requests) // ends with the channel
	s := newStream(channel, c)
	s.breaker = c.breaker
	return s, nil
}

func (c *Conn) forwardError(ctx context.Context, what string, err error) error {
	tried := "connecting to " + bounded.Text(what, 200) + " through " + c.target.Label()
	if err := c.callError(ctx, tried); err != nil {
		return err
	}
	f := &fault.Error{Code: fault.ConnectFailed, Tried: tried, Answer: bounded.Text(err.Error(), 300), Err: err,
		Advice: "Try again in a moment."}
	refusal, ok := errors.AsType[*ssh.OpenChannelError](err)
	switch {
	case !ok:
	case refusal.Reason == ssh.Prohibited || refusal.Reason == ssh.UnknownChannelType:
		f.Code = fault.ForwardRefused
		f.Answer = "the host refuses port forwarding (" + bounded.Text(refusal.Message, 200) + ")"
		f.Advice = "The site has disabled forwarding (AllowTcpForwarding, AllowStreamLocalForwarding or DisableForwarding in its sshd_config). Ask whether it may be allowed, or for another way to reach jobs."
	case refusal.Reason == ssh.ConnectionFailed && isUnresolved(refusal.Message):
		f.Code = fault.HostUnknown
		f.Advice = "The host does not know that name."
	case refusal.Reason == ssh.ConnectionFailed && !strings.Contains(refusal.Message, "imed out"):
		f.Code = fault.ConnectRefused
		f.Advice = "Nothing answers there, or the host may not forward to it."
	}
	return f
}

// isUnresolved reports whether message is the C library's for a name that does not resolve.
func isUnresolved(message string) bool {
	return strings.Contains(message, "not known") || strings.Contains(message, "name resolution")
}
