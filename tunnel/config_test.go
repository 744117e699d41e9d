package tunnel

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Old clusters: forced algorithms on the host's side.
func TestForcedAlgorithms(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t, "Ciphers aes128-cbc", "KexAlgorithms diffie-hellman-group14-sha1", "MACs hmac-sha1"), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	_, err := Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "key exchange in common", "curve25519-sha256", "the host has diffie-hellman-group14-sha1", "KexAlgorithms +diffie-hellman-group14-sha1")
	target.Algorithms.KeyExchanges = []string{"diffie-hellman-group14-sha1"}
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "aes128-gcm@openssh.com", "the host has aes128-cbc", "Ciphers +aes128-cbc")
	target.Algorithms.Ciphers = []string{"aes128-cbc"}
	dial(t, target, Options{})
	target.Algorithms.MACs = []string{"hmac-sha2-512"}
	_, err = Dial(sshtest.Context(t), target, Options{})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "hmac-sha2-512", "hmac-sha1")
}

// Nodes are as old as their login host.
func TestForcedAlgorithmsOfNodes(t *testing.T) {
	t.Parallel()
	site := newSite(t, "Ciphers aes128-cbc")
	target := site.target()
	target.Algorithms.Ciphers = []string{"aes256-ctr", "aes128-cbc"}
	login := dial(t, target, Options{})
	node, err := login.Jump(sshtest.Context(t), site.nodeTarget())
	sshtest.Must(t, err)
	sshtest.Must(t, node.Close())
}

func TestWarningsAreNotified(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.Warnings = []string{"one", "two"}
	var notices sshtest.Notices
	dial(t, target, Options{Notice: notices.Add})
	if notices.Count(prompts.NoticeConfig) != 2 || notices.All[0].Host != "cluster" {
		t.Errorf("notices %+v", notices.All)
	}
}

func TestAliveTimes(t *testing.T) {
	t.Parallel()
	usual := usualKeepalive
	for _, test := range []struct {
		interval time.Duration
		count    int
		want     keepaliveTimes
	}{
		{0, 0, usual}, {60 * time.Second, 3, usual},
		{5 * time.Second, 3, keepaliveTimes{5 * time.Second, 15 * time.Second}},
		{10 * time.Second, 9, keepaliveTimes{10 * time.Second, usual.patience}},
		{10 * time.Second, 0, keepaliveTimes{10 * time.Second, usual.patience}},
	} {
		if got := usual.soonerFor(&sshconfig.Target{Alive: sshconfig.Alive{Interval: test.interval, Count: test.count}}); got != test.want {
			t.Errorf("%v x %d: %+v", test.interval, test.count, got)
		}
	}
}

// A host that ssh would give up after two seconds is given up then.
func TestServerAliveInterval(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	target := targetOf(p, s, p.Key(s, "id", ""))
	target.Alive.Interval, target.Alive.Count = time.Second, 1
	w := sshtest.NewWire(t, s.Port)
	target.Port = w.Port
	target.HostKeys.KnownHosts = []string{p.Write("wire", strings.Replace(s.KnownLine(), strconv.Itoa(s.Port), strconv.Itoa(w.Port), 1))}
	c := dial(t, target, Options{})
	w.Frozen.Store(true)
	begun := time.Now()
	select {
	case <-c.Done():
		sshtest.WantFault(t, c.Err(), fault.LinkLost, "nothing was received")
	case <-time.After(sshtest.Patience()):
		t.Errorf("not given up after %v", time.Since(begun))
	}
}

func TestBindAddress(t *testing.T) {
	t.Parallel()
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	key := p.Key(s, "id", "")
	for _, bind := range []func(*sshconfig.Target){
		func(t *sshconfig.Target) { t.Route.BindAddress = "127.0.0.3" },
		func(t *sshconfig.Target) { t.Route.BindInterface = "lo" },
	} {
		target := targetOf(p, s, key)
		bind(&target)
		c := dial(t, target, Options{})
		out, _, _, err := c.Run(sshtest.Context(t), "echo $SSH_CONNECTION", nil)
		sshtest.Must(t, err)
		if from := strings.Fields(string(out))[0]; target.Route.BindAddress != "" && from != target.Route.BindAddress {
			t.Errorf("came from %s", from)
		}
	}
	for _, bad := range []sshconfig.Target{{Route: sshconfig.Route{BindAddress: "192.0.2.7"}}, {Route: sshconfig.Route{BindAddress: "::1", Network: "tcp4"}}, {Route: sshconfig.Route{BindInterface: "none0"}}} {
		target := targetOf(p, s)
		target.Route.BindAddress, target.Route.BindInterface = bad.Route.BindAddress, bad.Route.BindInterface
		if bad.Route.Network != "" {
			target.Route.Network = bad.Route.Network
		}
		_, err := Dial(sshtest.Context(t), target, Options{})
		sshtest.WantFault(t, err, fault.ConnectFailed, "BindAddress")
	}
}

func TestProxyCommandFromConfig(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	s, p := sshtest.Start(t), sshtest.NewUser(t)
	config := "Host h\n HostName 127.0.0.1\n Port " + strconv.Itoa(s.Port) + "\n IdentityFile " + p.Key(s, "id", "") + "\n UserKnownHostsFile " + p.Write("known", s.KnownLine()) +
		"\n IdentityAgent none\n ProxyCommand "
	target := resolve(t, config+"bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3'; : %r\n")
	dial(t, target, Options{})
	target = resolve(t, config+"sh -c 'echo the gate says no to %r >&2'\n")
	var notices sshtest.Notices
	_, err := Dial(sshtest.Context(t), target, Options{Notice: notices.Add})
	sshtest.WantFault(t, err, fault.HandshakeFailed, "the ProxyCommand said: the gate says no to alice")
	if notices.Count(prompts.NoticeRetry) != 0 {
		t.Errorf("notices %+v", notices.All)
	}
}

// resolve returns what a configuration's text makes of the host "h".
func resolve(t *testing.T, text string) sshconfig.Target {
	t.Helper()
	sshtest.NeedSSH(t)
	target, err := sshconfig.Resolve(sshtest.Context(t), "h", sshtest.UserName, sshconfig.Options{File: sshtest.NewUser(t).Write("config", text)})
	sshtest.Must(t, err)
	return target
}
