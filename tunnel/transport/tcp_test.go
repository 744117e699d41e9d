package transport

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestPreferredAddress(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		addresses []string
		want      bool
	}{
		{[]string{"192.0.2.1", "192.0.2.2"}, true},
		{[]string{"192.0.2.2", "192.0.2.3"}, false}, // the host has moved
		{[]string{"192.0.2.1"}, false},              // there is no choice
		{nil, false},
	} {
		if got := oneOfSeveral(row.addresses, "192.0.2.1"); got != row.want {
			t.Errorf("%v: %v", row.addresses, got)
		}
	}
}

// TestOtherAddress: an address that is not behind the name is not used.
func TestOtherAddress(t *testing.T) {
	t.Parallel()
	refused := net.Dialer{Timeout: time.Second}
	gone := sshconfig.Target{Host: "127.0.0.1", Port: 1, Route: sshconfig.Route{Network: "tcp"}}
	if conn := dialPreferred(t.Context(), &gone, refused, "127.0.0.2"); conn != nil {
		t.Error("an address that is not behind the name was used")
	}
}

func TestAddressFamily(t *testing.T) {
	t.Parallel()
	target := sshconfig.Target{Name: "x", Host: "127.0.0.1", Port: 22, Route: sshconfig.Route{Network: "tcp6"}}
	_, err := Dial(sshtest.Context(t), &target, target.Timeout(0), "")
	sshtest.WantFault(t, err, fault.HostUnknown, "no IPv6 address of 127.0.0.1", "AddressFamily")
}

// TestProxyCommandOutput: a command that waited in vain says why, like one that ended.
func TestProxyCommandOutput(t *testing.T) {
	t.Parallel()
	for _, code := range []fault.Code{fault.HandshakeFailed, fault.ConnectTimeout} {
		target := sshconfig.Target{Name: "x", Route: sshconfig.Route{ProxyCommand: "sh -c 'echo open this page: >&2'"}}
		stream, err := Dial(sshtest.Context(t), &target, target.Timeout(0), "")
		sshtest.Must(t, err)
		_, err = io.Copy(io.Discard, stream) // until it has ended
		sshtest.Must(t, err)
		_ = stream.Close()
		err = WithProxyOutput(&fault.Error{Code: code, Tried: "connecting", Answer: "nothing came", Advice: "Wait."}, stream)
		sshtest.WantFault(t, err, code, "nothing came; the ProxyCommand said: open this page:", "in a terminal")
	}
}

func TestConnectionAttempts(t *testing.T) {
	t.Parallel()
	target := sshconfig.Target{Name: "x", Host: "127.0.0.1", Port: sshtest.FreePort(t), Route: sshconfig.Route{Network: "tcp", ConnectAttempts: 2}}
	listening := make(chan struct{})
	time.AfterFunc(attemptPause/2, func() { // after the first attempt, before the second
		defer close(listening)
		l, err := net.Listen("tcp4", target.Address())
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = l.Close() })
	})
	conn, err := Dial(sshtest.Context(t), &target, target.Timeout(0), "")
	sshtest.Must(t, err)
	_ = conn.Close()
	<-listening
	target.Port, target.Route.ConnectAttempts = sshtest.FreePort(t), 1
	_, err = Dial(sshtest.Context(t), &target, target.Timeout(0), "")
	sshtest.WantFault(t, err, fault.ConnectRefused)
	ctx, cancel := context.WithCancel(context.Background())
	target.Route.ConnectAttempts = 10
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = Dial(ctx, &target, target.Timeout(0), "")
	sshtest.WantFault(t, err, fault.Cancelled)
}
