package tunnel

import (
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

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
}
