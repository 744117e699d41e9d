package tunnel

import (
	"net"
	"testing"
	"time"

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

// TestPreferredAddressIsGone: an address that does not answer, or is no longer the
// host's, does not prevent a connection.
func TestPreferredAddressIsGone(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	for _, prefer := range []string{"", "127.0.0.1", "192.0.2.1"} {
		c := dial(t, target, Options{Prefer: prefer})
		if c.Address() != "127.0.0.1" {
			t.Errorf("connected to %q", c.Address())
		}
	}
	refused := net.Dialer{Timeout: time.Second}
	o := Options{Prefer: "127.0.0.2"}
	gone := sshconfig.Target{Host: "127.0.0.1", Port: 1, Route: sshconfig.Route{Network: "tcp"}}
	if conn := o.dialPreferred(t.Context(), &gone, refused); conn != nil {
		t.Error("an address that is not behind the name was used")
	}
}
