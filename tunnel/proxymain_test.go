package tunnel

import (
	"testing"

	"go.uber.org/goleak"
)

func proxyMain(m *testing.M) { goleak.VerifyTestMain(m) }

// proxySession returns a connection to an sshd.
func proxySession(t testing.TB) (*sshd, *Conn) {
	t.Helper()
	s := startSSHD(t)
	return s, connectTo(t, s, s.port)
}

// proxyWired returns a connection to an sshd over a wire.
func proxyWired(t testing.TB) (*wire, *Conn) {
	t.Helper()
	s := startSSHD(t)
	w := newWire(t, s.port)
	return w, connectTo(t, s, w.port)
}

func connectTo(t testing.TB, s *sshd, port int) *Conn {
	t.Helper()
	p := newPerson(t)
	c, err := Dial(within(t), Target{Name: "cluster", Host: "127.0.0.1", Port: port, User: testUser, Network: "tcp", IdentityFiles: []string{p.key(s, "id", "")},
		PublicKey: true, HostKeyAlias: "sshd", KnownHosts: []string{p.write("known", "sshd "+s.hostKey+"\n")}}, Options{})
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// endless is zeros without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
