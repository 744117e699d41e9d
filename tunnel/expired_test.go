package tunnel

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// TestExpiredPassword: sshd lets a key in and then runs nothing.
func TestExpiredPassword(t *testing.T) {
	s, p := sshtest.Start(t, "UsePAM yes"), sshtest.NewUser(t)
	key := p.Key(s, "key", "")
	text, err := bounded.ReadFile(s.Dir+"/shadow", 1<<20)
	sshtest.Must(t, err)
	s.Write(t, "shadow", strings.Replace(string(text), ":19000:", ":0:", 1))
	c := dial(t, targetOf(p, s, key), Options{})
	_, _, _, err = c.Run(sshtest.Context(t), "true", nil)
	sshtest.WantFault(t, err, fault.AuthRefused, "your password there has expired", "change it there")
}
