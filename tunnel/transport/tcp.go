// Package transport opens the byte stream to a host that SSH runs over: by TCP, as ssh's
// configuration says, or by a ProxyCommand. Packages tunnel and server import it; it imports
// tunnel/sshconfig and fault, and knows no SSH.
package transport

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
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// attemptPause is the time between two attempts of ConnectionAttempts.
const attemptPause = time.Second

// Dial connects to t by its ProxyCommand, or else by TCP, with as many attempts as ConnectionAttempts
// allows, each for timeout at most. prefer is the address to try first, if it is one of several behind
// the name. Hosts in between are the caller's.
//
// Faults: HostUnknown, ConnectRefused, ConnectTimeout, ConnectFailed, SSHConfig, Cancelled.
func Dial(ctx context.Context, t *sshconfig.Target, timeout time.Duration, prefer string) (net.Conn, error) {
	if t.Route.ProxyCommand != "" {
		return startProxyCommand(t)
	}
	tried := "connecting to " + t.Label()
	dialer := net.Dialer{Timeout: timeout} // TCP_NODELAY is Go's default
	local, err := localAddress(ctx, t)
	if err != nil {
		return nil, &fault.Error{Code: fault.ConnectFailed, Tried: tried, Answer: err.Error(), Err: err,
			Advice: "Correct BindAddress or BindInterface in the ssh configuration."}
	}
	if local != nil {
		dialer.LocalAddr = local
	}
	if conn := dialPreferred(ctx, t, dialer, prefer); conn != nil {
		return conn, nil
	}
	for attempt := 1; ; attempt++ {
		conn, err := dialer.DialContext(ctx, t.Route.Network, t.Address())
		if err == nil {
			return conn, nil
		}
		if attempt < t.Route.ConnectAttempts {
			retry.Sleep(ctx, attemptPause)
		}
		if ctx.Err() != nil {
			return nil, fault.ContextError(ctx, tried)
		}
		if attempt >= t.Route.ConnectAttempts {
			return nil, connectError(t, tried, err)
		}
	}
}

// localAddress returns the configured local address; nil: any.
func localAddress(ctx context.Context, t *sshconfig.Target) (*net.TCPAddr, error) {
	fits := func(ip net.IP) bool {
		return t.Route.Network == "tcp" || (t.Route.Network == "tcp4") == (ip.To4() != nil)
	}
	var found []net.IPAddr
	var err error
	name := "BindAddress"
	switch {
	case t.Route.BindAddress != "":
		found, err = net.DefaultResolver.LookupIPAddr(ctx, t.Route.BindAddress)
	case t.Route.BindInterface != "":
		name = "BindInterface"
		found, err = interfaceAddresses(t.Route.BindInterface)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, a := range found {
		if fits(a.IP) {
			return &net.TCPAddr{IP: a.IP, Zone: a.Zone}, nil
		}
	}
	return nil, errors.New("BindAddress or BindInterface has no address of the configured family")
}

// interfaceAddresses returns an interface's addresses, except link-local ones.
func interfaceAddresses(name string) (out []net.IPAddr, err error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	addresses, err := i.Addrs()
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
			out = append(out, net.IPAddr{IP: n.IP})
		}
	}
	return out, err
}

// connectError returns the error for a connection that could not be made.
func connectError(t *sshconfig.Target, tried string, err error) error {
	f := &fault.Error{Tried: tried, Err: err}
	var timeout net.Error
	dns, isDNS := errors.AsType[*net.DNSError](err)
	_, isFamily := errors.AsType[*net.AddrError](err) // the name has addresses of the other family only
	family := strings.TrimPrefix(t.Route.Network, "tcp")
	switch {
	case family != "" && (isFamily || (isDNS && dns.IsNotFound)):
		f.Code, f.Answer = fault.HostUnknown, "there is no IPv"+family+" address of "+t.Host
		f.Advice = "Check the spelling, and AddressFamily in the ssh configuration."
	case isDNS && dns.IsNotFound:
		f.Code, f.Answer = fault.HostUnknown, "there is no host named "+t.Host
		f.Advice = "Check the spelling, and the VPN if the name is known only inside the university."
	case isDNS:
		f.Code, f.Answer = fault.HostUnknown, "the name server did not answer for "+t.Host
		f.Advice = fault.OnlineAdvice
	case isAny(err, refusals):
		f.Code, f.Answer = fault.ConnectRefused, "the host refuses connections on port "+strconv.Itoa(t.Port)
		f.Advice = "Check the port; the host may be down for maintenance."
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Code, f.Answer = fault.ConnectTimeout, "no answer"
		f.Advice = "Check that this computer is online, and the VPN if the site needs one; a firewall may be in the way."
	default:
		f.Code, f.Answer, f.Advice = fault.ConnectFailed, err.Error(), fault.OnlineAdvice
		if op, ok := errors.AsType[*net.OpError](err); ok {
			f.Answer = op.Err.Error() // without the addresses
		}
		if t.Route.BindAddress != "" || t.Route.BindInterface != "" {
			f.Advice += " The ssh configuration sets BindAddress or BindInterface: correct it if this computer has another address now."
		}
	}
	return f
}

// WasReset reports whether err says that the far end has closed a connection.
func WasReset(err error) bool { return isAny(err, resets) }

// isAny reports whether err is one of these.
func isAny(err error, these []error) bool {
	return slices.ContainsFunc(these, func(one error) bool { return errors.Is(err, one) })
}

// HostPort is an address of a stream that has none of its own.
type HostPort string

func (a HostPort) Network() string { return "proxy" }
func (a HostPort) String() string  { return string(a) }

// preferredTimeout bounds the wait for the previous address, since the name has others.
const preferredTimeout = 5 * time.Second

// dialPreferred connects to the previous address, if it is still one of several
// of the host's name; nil: use any of them.
func dialPreferred(ctx context.Context, t *sshconfig.Target, dialer net.Dialer, previous string) net.Conn {
	if previous == "" || t.Host == previous {
		return nil
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, t.Host)
	if err != nil || !oneOfSeveral(addresses, previous) {
		return nil
	}
	dialer.Timeout = min(dialer.Timeout, preferredTimeout)
	conn, err := dialer.DialContext(ctx, t.Route.Network, net.JoinHostPort(previous, strconv.Itoa(t.Port)))
	if err != nil {
		return nil
	}
	return conn
}

func oneOfSeveral(addresses []string, address string) bool {
	return len(addresses) > 1 && slices.Contains(addresses, address)
}
