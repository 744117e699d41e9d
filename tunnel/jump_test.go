package tunnel

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// site is a login host and a node that accept the same key.
type site struct {
	login, node *sshd
	person      *person
	key         string
}

func newSite(t testing.TB, nodeConfig ...string) *site {
	t.Helper()
	s := &site{login: startSSHD(t), node: startSSHD(t, nodeConfig...), person: newPerson(t)}
	s.key = s.person.key(s.login, "id", "")
	s.person.allow(s.node, "id")
	return s
}

func (s *site) target() Target { return targetOf(s.person, s.login, s.key) }

func (s *site) nodeTarget() NodeTarget {
	return NodeTarget{Host: "127.0.0.1", Port: s.node.port, HostKeys: []string{s.node.hostKey + " root@node"}}
}

func TestJump(t *testing.T) {
	s := newSite(t)
	login := dial(t, s.target(), Options{})
	node, err := login.Jump(within(t), s.nodeTarget())
	must(t, err)
	out, _, _, err := node.Run(within(t), "id -un; echo $SSH_CONNECTION", nil)
	must(t, err)
	if f := strings.Fields(string(out)); f[0] != testUser || f[4] != itoa(s.node.port) {
		t.Errorf("got %q", out)
	}
	must(t, node.Close())
	_, _, _, err = login.Run(within(t), "true", nil) // lives on
	must(t, err)
}

func TestJumpEndsWithTheOuterConnection(t *testing.T) {
	s := newSite(t)
	login := dial(t, s.target(), Options{})
	node, err := login.Jump(within(t), s.nodeTarget())
	must(t, err)
	must(t, login.Close())
	<-node.Done()
	wantFault(t, node.Err(), fault.LinkLost)
}

func TestJumpOffersTheAcceptedKeyAloneFirst(t *testing.T) {
	s := newSite(t)
	target := s.target()
	target.IdentityFiles = []string{s.person.key(nil, "x", ""), s.person.key(nil, "y", ""), s.key}
	login := dial(t, target, Options{})
	node, err := login.Jump(within(t), s.nodeTarget())
	must(t, err)
	must(t, node.Close())
	if n := s.node.count(t, "Failed publickey"); n != 0 {
		t.Errorf("%d other keys went before it", n)
	}
}

func TestJumpNeverAsks(t *testing.T) {
	s := newSite(t)
	locked := s.person.key(nil, "locked", "x")
	must(t, os.WriteFile(filepath.Join(s.node.dir, "authorized_keys"), nil, 0o644))
	s.person.allow(s.node, "locked")
	target := s.target()
	target.IdentityFiles = []string{locked, s.key}
	prompter := &answers{}
	login := dial(t, target, Options{Prompter: prompter})
	_, err := login.Jump(within(t), s.nodeTarget())
	wantFault(t, err, fault.AuthRefused, "node 127.0.0.1", "through", "share")
	if len(prompter.asked) != 0 {
		t.Errorf("asked %+v", prompter.asked)
	}
	s.node.wantLogins(t, 1, 1)
}

func TestJumpUsesAKeyThatWasUnlocked(t *testing.T) {
	s := newSite(t)
	locked := s.person.key(s.login, "locked", "x")
	s.person.allow(s.node, "locked")
	target := s.target()
	target.IdentityFiles = []string{locked}
	prompter := &answers{secrets: []string{"x"}}
	login := dial(t, target, Options{Prompter: prompter})
	node, err := login.Jump(within(t), s.nodeTarget())
	must(t, err)
	must(t, node.Close())
}

func TestJumpChecksTheNodesKey(t *testing.T) {
	s := newSite(t)
	login := dial(t, s.target(), Options{})
	for name, keys := range map[string][]string{
		"another":          {otherKey(s.person, "ed", "ed25519")},
		"another kind":     {otherKey(s.person, "ec", "ecdsa")},
		"none":             nil,
		"nothing readable": {"nonsense"},
	} {
		node := s.nodeTarget()
		node.HostKeys = keys
		_, err := login.Jump(within(t), node)
		if !fault.Is(err, fault.NodeKeyMismatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	node := s.nodeTarget()
	node.HostKeys = append([]string{"new-kind AAAA", otherKey(s.person, "rsa", "rsa")}, node.HostKeys...)
	conn, err := login.Jump(within(t), node)
	must(t, err)
	must(t, conn.Close())
}

func TestJumpSaysWhatTheNodeSaid(t *testing.T) {
	p := newPerson(t)
	banner := p.write("banner", "Access denied: user alice has no active jobs on this node.\n")
	s := newSite(t, "Banner "+banner, "DenyUsers alice")
	login := dial(t, s.target(), Options{})
	_, err := login.Jump(within(t), s.nodeTarget())
	wantFault(t, err, fault.AuthRefused, "no active jobs")
}

func TestJumpCancelled(t *testing.T) {
	s := newSite(t)
	silent := oddServer(t, listenOn)
	login := dial(t, s.target(), Options{ConnectTimeout: 2 * time.Second})
	node := s.nodeTarget()
	node.Port = silent.Port
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := login.Jump(ctx, node)
	wantFault(t, err, fault.Cancelled)
	_, err = login.Jump(within(t), node)
	wantFault(t, err, fault.ConnectTimeout)
	node.Port = freePort(t)
	_, err = login.Jump(within(t), node)
	wantFault(t, err, fault.ConnectRefused)
	node.Host = "no-such-node.invalid"
	_, err = login.Jump(within(t), node)
	wantFault(t, err, fault.HostUnknown)
}

func TestForwardingForbidden(t *testing.T) {
	s, p := startSSHD(t, "AllowTcpForwarding no", "AllowStreamLocalForwarding no"), newPerson(t)
	c := dial(t, targetOf(p, s, p.key(s, "id", "")), Options{})
	_, err := c.DialTCP(within(t), "127.0.0.1:"+itoa(s.port))
	wantFault(t, err, fault.ForwardRefused, "AllowTcpForwarding")
	_, err = c.Jump(within(t), NodeTarget{Host: "127.0.0.1", Port: s.port, HostKeys: []string{s.hostKey}})
	wantFault(t, err, fault.ForwardRefused)
	socket := filepath.Join(s.dir, "socket")
	l, err := net.Listen("unix", socket)
	must(t, err)
	defer l.Close()
	_, err = c.DialUnix(within(t), socket)
	wantFault(t, err, fault.ForwardRefused, "AllowStreamLocalForwarding")
	_, err = c.DialUnix(within(t), socket+"-missing")
	wantFault(t, err, fault.ConnectRefused)
}

func TestProxyJump(t *testing.T) {
	s := newSite(t)
	hop := s.target()
	target := targetOf(s.person, s.node, s.key)
	target.Via, target.KnownHosts = &hop, []string{s.person.write("both", s.login.knownLine()+s.node.knownLine())}
	hop.KnownHosts = target.KnownHosts
	c := dial(t, target, Options{})
	out, _, _, err := c.Run(within(t), "echo $SSH_CONNECTION", nil)
	must(t, err)
	if !strings.HasSuffix(strings.TrimSpace(string(out)), itoa(s.node.port)) {
		t.Errorf("got %q", out)
	}
	hop.KnownHosts = []string{s.person.write("changed", "[127.0.0.1]:"+itoa(s.login.port)+" "+s.node.hostKey+"\n")}
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.HostKeyChanged) // each hop is checked itself
}

func TestProxyCommand(t *testing.T) {
	needSSH(t)
	s := newSite(t)
	target := targetOf(s.person, s.node, s.key)
	target.ProxyCommand = "ssh -F none -i " + s.key + " -o UserKnownHostsFile=" + s.person.write("login", s.login.knownLine()) +
		" -p " + itoa(s.login.port) + " -W 127.0.0.1:" + itoa(s.node.port) + " alice@127.0.0.1"
	c := dial(t, target, Options{})
	_, _, exit, err := c.Run(within(t), "true", nil)
	if err != nil || exit != 0 {
		t.Errorf("%d, %v", exit, err)
	}
	must(t, c.Close())
	waitFor(t, "the command has ended", func() bool {
		return s.login.count(t, "Disconnected from user alice")+s.login.count(t, "Connection closed by") > 0
	})
	target.ProxyCommand = "false"
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.HandshakeFailed)
	target.ProxyCommand = "sleep 60"
	_, err = Dial(within(t), target, Options{ConnectTimeout: 300 * time.Millisecond})
	wantFault(t, err, fault.ConnectTimeout)
}
