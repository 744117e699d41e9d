package tunnel

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/openssh"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestMain lets this binary be the askpass of ssh programs, too.
func TestMain(m *testing.M) {
	if openssh.IsAskpass() {
		os.Exit(openssh.Askpass())
	}
	goleak.VerifyTestMain(m)
}

// targetOf returns the target of s for this user, with its host key known.
func targetOf(p *sshtest.User, s *sshtest.Server, keys ...string) sshconfig.Target {
	p.T.Helper()
	return sshconfig.Target{Name: "cluster", Host: "127.0.0.1", Port: s.Port, User: sshtest.UserName,
		Route:    sshconfig.Route{Network: "tcp"},
		Keys:     sshconfig.Keys{IdentityFiles: keys},
		Methods:  sshconfig.Methods{PublicKey: true, Keyboard: true, Password: true},
		HostKeys: sshconfig.HostKeys{KnownHosts: []string{p.Write("known_hosts", s.KnownLine())}}}
}

// dial logs in and closes the connection with the test.
func dial(t testing.TB, target sshconfig.Target, opts Options) *Conn {
	t.Helper()
	c, err := Dial(sshtest.Context(t), target, opts)
	sshtest.Must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}
