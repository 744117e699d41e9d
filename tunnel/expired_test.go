package tunnel

import (
	"errors"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// TestExpiredPassword: sshd lets a key in and then runs nothing.
func TestExpiredPassword(t *testing.T) {
	s, p := startSSHD(t, "UsePAM yes"), newPerson(t)
	key := p.key(s, "key", "")
	text, err := readBounded(s.dir+"/shadow", 1<<20)
	must(t, err)
	s.write(t, "shadow", strings.Replace(string(text), ":19000:", ":0:", 1))
	c := dial(t, p.target(s, key), Options{})
	_, _, _, err = c.Run(within(t), "true", nil)
	wantFault(t, err, fault.AuthRefused, "the password there has expired", "change it there")
}

// TestExpiredPasswordAsked: other servers ask for a new one in the middle of the login.
func TestExpiredPasswordAsked(t *testing.T) {
	l := newLogin(t.Context(), loginConfig{target: &Target{Name: "h", Host: "h", Port: 22, User: "alice"}, keyring: &keyring{}})
	l.typed = true
	wantFault(t, l.refused(errors.New("ssh: handshake failed: ssh: unexpected message type 60 (expected 52)")), fault.AuthRefused, "has expired")
}
