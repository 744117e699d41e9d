package proxy

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// proxySession returns a connection to an sshd.
func proxySession(t testing.TB) (*sshtest.Server, *tunnel.Conn) {
	t.Helper()
	s := sshtest.Start(t)
	return s, connectTo(t, s, s.Port)
}

// proxyWired returns a connection to an sshd over a wire.
func proxyWired(t testing.TB) (*sshtest.Wire, *tunnel.Conn) {
	t.Helper()
	s := sshtest.Start(t)
	w := sshtest.NewWire(t, s.Port)
	return w, connectTo(t, s, w.Port)
}

func connectTo(t testing.TB, s *sshtest.Server, port int) *tunnel.Conn {
	t.Helper()
	p := sshtest.NewUser(t)
	c, err := tunnel.Dial(sshtest.Context(t), sshconfig.Target{Name: "cluster", Host: "127.0.0.1", Port: port, User: sshtest.UserName,
		Route:    sshconfig.Route{Network: "tcp"},
		Keys:     sshconfig.Keys{IdentityFiles: []string{p.Key(s, "id", "")}},
		Methods:  sshconfig.Methods{PublicKey: true},
		HostKeys: sshconfig.HostKeys{Alias: "sshd", KnownHosts: []string{p.Write("known", "sshd "+s.HostKey+"\n")}}}, tunnel.Options{})
	sshtest.Must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// endless reads zeros without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
