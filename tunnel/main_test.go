package tunnel

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets this binary be the askpass of ssh programs, too.
func TestMain(m *testing.M) {
	if IsAskpass() {
		os.Exit(Askpass())
	}
	goleak.VerifyTestMain(m)
}

// target is s as this person would reach it, with s known.
func targetOf(p *person, s *sshd, keys ...string) Target {
	p.t.Helper()
	return Target{Name: "cluster", Host: "127.0.0.1", Port: s.port, User: testUser, Network: "tcp", IdentityFiles: keys,
		PublicKey: true, Keyboard: true, Password: true, KnownHosts: []string{p.write("known_hosts", s.knownLine())}}
}

// dial logs in and closes the connection with the test.
func dial(t testing.TB, target Target, opts Options) *Conn {
	t.Helper()
	c, err := Dial(within(t), target, opts)
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}
