package tunnel

import (
	"bufio"
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestDialAndRun(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	c := dial(t, targetOf(p, s, p.Key(s, "id", "")), Options{})
	stdout, stderr, exit, err := c.Run(sshtest.Context(t), "cat; id -un; echo oops >&2; exit 3", []byte("given\n"))
	sshtest.Must(t, err)
	if string(stdout) != "given\nalice\n" || string(stderr) != "oops\n" || exit != 3 {
		t.Errorf("got %q, %q, %d", stdout, stderr, exit)
	}
	if c.User() != sshtest.UserName {
		t.Errorf("user %s", c.User())
	}
}

func TestUnknownHost(t *testing.T) {
	t.Parallel()
	_, err := Dial(sshtest.Context(t), sshconfig.Target{Name: "x", Host: "no-such-host.invalid", Port: 22,
		Route: sshconfig.Route{Network: "tcp"}}, Options{})
	sshtest.WantFault(t, err, fault.HostUnknown, "no-such-host.invalid")
}

func TestRefusedPort(t *testing.T) {
	t.Parallel()
	_, err := Dial(sshtest.Context(t), sshconfig.Target{Host: "127.0.0.1", Port: sshtest.FreePort(t), Route: sshconfig.Route{Network: "tcp"}}, Options{})
	sshtest.WantFault(t, err, fault.ConnectRefused, "refuses")
}

// oddServer answers each connection with serve, which ends with the connection.
func oddServer(t *testing.T, serve func(net.Conn)) sshconfig.Target {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	sshtest.Must(t, err)
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-over
	})
	return sshconfig.Target{Name: "odd", Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port,
		Route: sshconfig.Route{Network: "tcp"}, User: sshtest.UserName,
		Methods: sshconfig.Methods{PublicKey: true}}
}

// drain reads until the far end closes.
func drain(c net.Conn) {
	for b := make([]byte, 4096); ; {
		if _, err := c.Read(b); err != nil {
			return
		}
	}
}

func TestSilentHost(t *testing.T) {
	t.Parallel()
	target := oddServer(t, drain)
	start := time.Now()
	// On a busy machine, connecting to the port takes some of it.
	_, err := Dial(sshtest.Context(t), target, Options{ConnectTimeout: 3 * time.Second})
	sshtest.WantFault(t, err, fault.ConnectTimeout, "the host sends nothing")
	if took := time.Since(start); took > 12*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestSilentAfterVersion(t *testing.T) {
	t.Parallel()
	target := oddServer(t, func(c net.Conn) {
		_, _ = c.Write([]byte("SSH-2.0-odd\r\n"))
		drain(c)
	})
	_, err := Dial(sshtest.Context(t), target, Options{ConnectTimeout: 300 * time.Millisecond})
	sshtest.WantFault(t, err, fault.ConnectTimeout)
}

func TestGarbageInsteadOfSSH(t *testing.T) {
	t.Parallel()
	target := oddServer(t, func(c net.Conn) { _, _ = c.Write([]byte(strings.Repeat("HTTP/1.1 400 Bad Request ", 40))) })
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HandshakeFailed)
}

func TestClosedAtOnce(t *testing.T) {
	t.Parallel()
	target := oddServer(t, func(net.Conn) {})
	_, err := Dial(sshtest.Context(t), target, Options{retryPause: time.Millisecond})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "MaxStartups")
}

func TestEndlessBanner(t *testing.T) {
	t.Parallel()
	target := oddServer(t, func(c net.Conn) {
		for w := bufio.NewWriter(c); ; {
			if _, err := w.WriteString("welcome\r\n"); err != nil {
				return
			}
		}
	})
	_, err := Dial(sshtest.Context(t), target, Options{ConnectTimeout: sshtest.Patience()})
	sshtest.WantFault(t, err, fault.HandshakeFailed)
}

func TestDialCancelled(t *testing.T) {
	t.Parallel()
	target := oddServer(t, drain)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := Dial(ctx, target, Options{})
	sshtest.WantFault(t, err, fault.Cancelled)
}

func TestBanner(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	motd := p.Write("banner", strings.Repeat("Unauthorised use is \x1b[31mforbidden\n", 200))
	s := sshtest.Start(t, "Banner "+motd)
	var notices sshtest.Notices
	dial(t, targetOf(p, s, p.Key(s, "id", "")), Options{Notice: notices.Add})
	shown := slices.DeleteFunc(notices.All, func(n prompts.Notice) bool { return n.Kind != prompts.NoticeBanner })
	if len(shown) != 1 || strings.Count(shown[0].Text, "forbidden") != 200 || strings.Contains(shown[0].Text, "\x1b") {
		t.Errorf("shown: %q", shown)
	}
}
