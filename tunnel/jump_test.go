package tunnel

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// site is a login host and a node that accept the same key.
type site struct {
	login, node *sshtest.Server
	user        *sshtest.User
	key         string
}

func newSite(t testing.TB, nodeConfig ...string) *site {
	t.Helper()
	s := &site{login: sshtest.Start(t), node: sshtest.Start(t, nodeConfig...), user: sshtest.NewUser(t)}
	s.key = s.user.Key(s.login, "id", "")
	s.user.Allow(s.node, "id")
	return s
}

func (s *site) target() sshconfig.Target { return targetOf(s.user, s.login, s.key) }

func (s *site) nodeTarget() NodeTarget {
	return NodeTarget{Host: "127.0.0.1", Port: s.node.Port, HostKeys: []string{s.node.HostKey + " root@node"}}
}

func TestJump(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	login := dial(t, s.target(), Options{})
	node, err := login.Jump(sshtest.Context(t), s.nodeTarget())
	sshtest.Must(t, err)
	out, _, _, err := node.Run(sshtest.Context(t), "id -un; echo $SSH_CONNECTION", nil)
	sshtest.Must(t, err)
	if f := strings.Fields(string(out)); f[0] != sshtest.UserName || f[4] != strconv.Itoa(s.node.Port) {
		t.Errorf("got %q", out)
	}
	sshtest.Must(t, node.Close())
	_, _, _, err = login.Run(sshtest.Context(t), "true", nil) // stays open
	sshtest.Must(t, err)
}

func TestJumpEndsWithTheOuterConnection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	login := dial(t, s.target(), Options{})
	node, err := login.Jump(sshtest.Context(t), s.nodeTarget())
	sshtest.Must(t, err)
	sshtest.Must(t, login.Close())
	<-node.Done()
	sshtest.WantFault(t, node.Err(), fault.LinkLost)
}

func TestJumpOffersTheAcceptedKeyAloneFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	target := s.target()
	target.Keys.IdentityFiles = []string{s.user.Key(nil, "x", ""), s.user.Key(nil, "y", ""), s.key}
	login := dial(t, target, Options{})
	node, err := login.Jump(sshtest.Context(t), s.nodeTarget())
	sshtest.Must(t, err)
	sshtest.Must(t, node.Close())
	if n := s.node.Count(t, "Failed publickey"); n != 0 {
		t.Errorf("%d other keys went before it", n)
	}
}

func TestJumpNeverAsks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	locked := s.user.Key(nil, "locked", "x")
	sshtest.Must(t, os.WriteFile(filepath.Join(s.node.Dir, "authorized_keys"), nil, 0o644))
	s.user.Allow(s.node, "locked")
	target := s.target()
	target.Keys.IdentityFiles = []string{locked, s.key}
	prompter := &sshtest.Answers{}
	login := dial(t, target, Options{Prompter: prompter})
	_, err := login.Jump(sshtest.Context(t), s.nodeTarget())
	sshtest.WantFault(t, err, fault.AuthRefused, "node 127.0.0.1", "through", "share")
	if len(prompter.Asked) != 0 {
		t.Errorf("asked %+v", prompter.Asked)
	}
	wantLogins(s.node, t, 1, 1)
}

func TestJumpUsesAKeyThatWasUnlocked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	locked := s.user.Key(s.login, "locked", "x")
	s.user.Allow(s.node, "locked")
	target := s.target()
	target.Keys.IdentityFiles = []string{locked}
	prompter := &sshtest.Answers{Secrets: []string{"x"}}
	login := dial(t, target, Options{Prompter: prompter})
	node, err := login.Jump(sshtest.Context(t), s.nodeTarget())
	sshtest.Must(t, err)
	sshtest.Must(t, node.Close())
}

func TestJumpChecksTheNodesKey(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	login := dial(t, s.target(), Options{})
	for name, keys := range map[string][]string{
		"another":          {sshtest.OtherKey(s.user, "ed", "ed25519")},
		"another kind":     {sshtest.OtherKey(s.user, "ec", "ecdsa")},
		"none":             nil,
		"nothing readable": {"nonsense"},
	} {
		node := s.nodeTarget()
		node.HostKeys = keys
		_, err := login.Jump(sshtest.Context(t), node)
		if !fault.Is(err, fault.NodeKeyMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	node := s.nodeTarget()
	node.HostKeys = append([]string{"new-kind AAAA", sshtest.OtherKey(s.user, "rsa", "rsa")}, node.HostKeys...)
	conn, err := login.Jump(sshtest.Context(t), node)
	sshtest.Must(t, err)
	sshtest.Must(t, conn.Close())
}

func TestJumpSaysWhatTheNodeSaid(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	banner := p.Write("banner", "Access denied: user alice has no active jobs on this node.\n")
	s := newSite(t, "Banner "+banner, "DenyUsers alice")
	login := dial(t, s.target(), Options{})
	_, err := login.Jump(sshtest.Context(t), s.nodeTarget())
	sshtest.WantFault(t, err, fault.AuthRefused, "no active jobs")
}

func TestJumpCancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	silent := oddServer(t, drain)
	login := dial(t, s.target(), Options{ConnectTimeout: 2 * time.Second})
	node := s.nodeTarget()
	node.Port = silent.Port
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := login.Jump(ctx, node)
	sshtest.WantFault(t, err, fault.Cancelled)
	_, err = login.Jump(sshtest.Context(t), node)
	sshtest.WantFault(t, err, fault.ConnectTimeout)
	node.Port = sshtest.FreePort(t)
	_, err = login.Jump(sshtest.Context(t), node)
	sshtest.WantFault(t, err, fault.ConnectRefused)
	node.Host = "no-such-node.invalid"
	_, err = login.Jump(sshtest.Context(t), node)
	sshtest.WantFault(t, err, fault.HostUnknown)
}

func TestForwardingForbidden(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "AllowTcpForwarding no", "AllowStreamLocalForwarding no"), sshtest.NewUser(t)
	c := dial(t, targetOf(p, s, p.Key(s, "id", "")), Options{})
	_, err := c.DialTCP(sshtest.Context(t), "127.0.0.1:"+strconv.Itoa(s.Port))
	sshtest.WantFault(t, err, fault.ForwardRefused, "AllowTcpForwarding")
	_, err = c.Jump(sshtest.Context(t), NodeTarget{Host: "127.0.0.1", Port: s.Port, HostKeys: []string{s.HostKey}})
	sshtest.WantFault(t, err, fault.ForwardRefused)
	socket := filepath.Join(s.Dir, "socket")
	l, err := net.Listen("unix", socket)
	sshtest.Must(t, err)
	defer l.Close()
	_, err = c.DialUnix(sshtest.Context(t), socket)
	sshtest.WantFault(t, err, fault.ForwardRefused, "AllowStreamLocalForwarding")
	_, err = c.DialUnix(sshtest.Context(t), socket+"-missing")
	sshtest.WantFault(t, err, fault.ConnectRefused)
}

func TestProxyJump(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hop := s.target()
	target := targetOf(s.user, s.node, s.key)
	target.Route.Via, target.HostKeys.KnownHosts = &hop, []string{s.user.Write("both", s.login.KnownLine()+s.node.KnownLine())}
	hop.HostKeys.KnownHosts = target.HostKeys.KnownHosts
	c := dial(t, target, Options{})
	out, _, _, err := c.Run(sshtest.Context(t), "echo $SSH_CONNECTION", nil)
	sshtest.Must(t, err)
	if !strings.HasSuffix(strings.TrimSpace(string(out)), strconv.Itoa(s.node.Port)) {
		t.Errorf("got %q", out)
	}
	hop.HostKeys.KnownHosts = []string{s.user.Write("changed", "[127.0.0.1]:"+strconv.Itoa(s.login.Port)+" "+s.node.HostKey+"\n")}
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HostKeyChanged) // each hop is checked
}

func TestProxyCommand(t *testing.T) {
	t.Parallel()
	sshtest.NeedSSH(t)
	s := newSite(t)
	target := targetOf(s.user, s.node, s.key)
	pidFile := filepath.Join(t.TempDir(), "pid")
	target.Route.ProxyCommand = "sh -c 'echo $$ >" + pidFile + "; exec ssh -F none -i " + s.key + " -o UserKnownHostsFile=" + s.user.Write("login", s.login.KnownLine()) +
		" -p " + strconv.Itoa(s.login.Port) + " -W 127.0.0.1:" + strconv.Itoa(s.node.Port) + " alice@127.0.0.1'"
	c := dial(t, target, Options{})
	_, _, exit, err := c.Run(sshtest.Context(t), "true", nil)
	if err != nil || exit != 0 {
		t.Errorf("%d, %v", exit, err)
	}
	sshtest.Must(t, c.Close())
	// Not looked for in sshd's log: how the connection ended there depends on what ssh, which
	// is killed, had not read yet.
	pid, err := os.ReadFile(pidFile)
	sshtest.Must(t, err)
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the command still runs: %v", err)
	}
	target.Route.ProxyCommand = "false"
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HandshakeFailed)
	target.Route.ProxyCommand = "sleep 60"
	_, err = Dial(sshtest.Context(t), target, Options{ConnectTimeout: 300 * time.Millisecond})
	sshtest.WantFault(t, err, fault.ConnectTimeout)
}
