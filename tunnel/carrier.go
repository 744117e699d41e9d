package tunnel

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"

	"github.com/sa2c/sunpyter/fault"
)

// carrier is what an SSH connection runs over, with whatever has to be closed
// after it, first to last.
type carrier struct {
	net.Conn
	under []func() error
}

// close ends the carrier and what is under it.
func (c *carrier) close() {
	_ = c.Conn.Close()
	for _, end := range c.under {
		_ = end()
	}
}

// connect makes the bytes flow to t: straight, through other hosts, or through
// the configuration's own command.
func connect(ctx context.Context, t *Target, opts *Options) (*carrier, error) {
	switch {
	case t.Via != nil:
		via, err := Dial(ctx, *t.Via, *opts)
		if err != nil {
			return nil, err
		}
		conn, err := via.DialTCP(ctx, t.Address())
		if err != nil {
			_ = via.Close()
			return nil, err
		}
		return &carrier{conn, []func() error{via.Close}}, nil
	case t.ProxyCommand != "":
		conn, err := startProxy(t)
		if err != nil {
			return nil, err
		}
		return &carrier{conn, nil}, nil
	}
	conn, err := dialTCP(ctx, t, opts)
	if err != nil {
		return nil, err
	}
	return &carrier{conn, nil}, nil
}

func dialTCP(ctx context.Context, t *Target, opts *Options) (net.Conn, error) {
	dialer := net.Dialer{Timeout: t.timeout(opts)} // TCP_NODELAY is Go's default
	conn, err := dialer.DialContext(ctx, t.Network, t.Address())
	if err == nil {
		return conn, nil
	}
	tried := "connecting to " + t.label()
	if ctx.Err() != nil {
		return nil, ended(ctx, tried)
	}
	return nil, connectFault(t, tried, err)
}

// connectFault tells the ways apart in which a connection is not made.
func connectFault(t *Target, tried string, err error) error {
	f := &fault.Error{Tried: tried, Err: err}
	var timeout net.Error
	dns, isDNS := errors.AsType[*net.DNSError](err)
	switch {
	case isDNS && dns.IsNotFound:
		f.Code, f.Answer = fault.HostUnknown, "no host has the name "+t.Host
		f.Advice = "Check the spelling, and the VPN if the name is known only inside the university."
	case isDNS:
		f.Code, f.Answer = fault.HostUnknown, "the name service did not answer for "+t.Host
		f.Advice = "Check that this computer is online, and the VPN if the site needs one."
	case isRefused(err):
		f.Code, f.Answer = fault.ConnectRefused, "the host refuses connections on port "+strconv.Itoa(t.Port)
		f.Advice = "Check the port; the host may be down for maintenance."
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Code, f.Answer = fault.ConnectTimeout, "no answer"
		f.Advice = "Check that this computer is online, and the VPN if the site needs one; a firewall may be in the way."
	default:
		f.Code, f.Advice = fault.ConnectFailed, "Check that this computer is online, and the VPN if the site needs one."
	}
	return f
}

// isRefused also knows Windows' words, whose error number has another name.
func isRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "actively refused")
}

// proxyAddress is the far end of a ProxyCommand, as host:port.
type proxyAddress string

func (a proxyAddress) Network() string { return "proxy" }
func (a proxyAddress) String() string  { return string(a) }
