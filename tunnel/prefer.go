package tunnel

import (
	"context"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// preferredTimeout bounds the wait for the address of before: others are behind the name.
const preferredTimeout = 5 * time.Second

// Address returns the host's address, if this process connected to it straight; else "".
func (c *Conn) Address() string { return c.address }

// directAddress returns the address of t, to which stream leads; empty: through another host.
func directAddress(t *sshconfig.Target, stream net.Conn) string {
	if t.Via != nil || t.ProxyCommand != "" {
		return ""
	}
	address, _, err := net.SplitHostPort(stream.RemoteAddr().String())
	if err != nil {
		return ""
	}
	return address
}

// dialPreferred connects to the address of before, if it is still one of several
// behind the host's name; nil: to any of them, then.
func (o *Options) dialPreferred(ctx context.Context, t *sshconfig.Target, dialer net.Dialer) net.Conn {
	if o.Prefer == "" || t.Host == o.Prefer {
		return nil
	}
	addresses, err := net.DefaultResolver.LookupHost(ctx, t.Host)
	if err != nil || !oneOfSeveral(addresses, o.Prefer) {
		return nil
	}
	dialer.Timeout = min(dialer.Timeout, preferredTimeout)
	conn, err := dialer.DialContext(ctx, t.Network, net.JoinHostPort(o.Prefer, strconv.Itoa(t.Port)))
	if err != nil {
		return nil
	}
	return conn
}

func oneOfSeveral(addresses []string, address string) bool {
	return len(addresses) > 1 && slices.Contains(addresses, address)
}
