package transport

import (
	"context"
	"net"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// acceptTimeout is how long a host may take to accept a connection.
const acceptTimeout = 10 * time.Second

// LookUp returns the addresses of the first host on the route to target, as Dial
// would use them; none with a ProxyCommand. It connects to nothing.
//
// Faults: HostUnknown, Cancelled.
func LookUp(ctx context.Context, target sshconfig.Target) (addresses []string, err error) {
	t := target.FirstHop()
	if t.Route.ProxyCommand != "" {
		return nil, nil
	}
	tried := "looking up " + t.Label()
	addresses, err = net.DefaultResolver.LookupHost(ctx, t.Host)
	if ctx.Err() != nil {
		return nil, fault.ContextError(ctx, tried)
	}
	if err != nil {
		return nil, connectError(t, tried, err)
	}
	return addresses, nil
}

// Answers reports whether the first host on the route to target accepts connections on
// its port, within 10 s. What a ProxyCommand connects to is
// not tested.
func Answers(ctx context.Context, target sshconfig.Target) bool {
	t := target.FirstHop()
	if t.Route.ProxyCommand != "" {
		return true
	}
	dialer := net.Dialer{Timeout: acceptTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", t.Address())
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
