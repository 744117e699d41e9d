package tunnel

import (
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
	c := dial(t, targetOf(p, s, key), Options{})
	_, _, _, err = c.Run(within(t), "true", nil)
	wantFault(t, err, fault.AuthRefused, "the password there has expired", "change it there")
}
