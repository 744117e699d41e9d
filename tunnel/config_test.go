package tunnel

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// Old clusters: forced algorithms on the host's side.
func TestForcedAlgorithms(t *testing.T) {
	s, p := startSSHD(t, "Ciphers aes128-cbc", "KexAlgorithms diffie-hellman-group14-sha1", "MACs hmac-sha1"), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	_, err := Dial(within(t), target, Options{})
	wantFault(t, err, fault.HandshakeFailed, "key exchange in common", "curve25519-sha256", "the host has diffie-hellman-group14-sha1", "KexAlgorithms +diffie-hellman-group14-sha1")
	target.Algorithms.KeyExchanges = []string{"diffie-hellman-group14-sha1"}
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.HandshakeFailed, "aes128-gcm@openssh.com", "the host has aes128-cbc", "Ciphers +aes128-cbc")
	target.Algorithms.Ciphers = []string{"aes128-cbc"}
	dial(t, target, Options{})
	target.Algorithms.MACs = []string{"hmac-sha2-512"}
	_, err = Dial(within(t), target, Options{})
	wantFault(t, err, fault.HandshakeFailed, "hmac-sha2-512", "hmac-sha1")
}

// Nodes are as old as their login host.
func TestForcedAlgorithmsBehindAHost(t *testing.T) {
	site := newSite(t, "Ciphers aes128-cbc")
	target := site.target()
	target.Algorithms.Ciphers = []string{"aes256-ctr", "aes128-cbc"}
	login := dial(t, target, Options{})
	node, err := login.Jump(within(t), site.nodeTarget())
	must(t, err)
	must(t, node.Close())
}

func TestWarningsReachThePerson(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.Warnings = []string{"one", "two"}
	var told notices
	dial(t, target, Options{Notice: told.add})
	if told.count(NoticeConfig) != 2 || told.all[0].Host != "cluster" {
		t.Errorf("told %+v", told.all)
	}
}

func TestAliveTimes(t *testing.T) {
	usual := keepaliveTimes{}.orDefault()
	for _, test := range []struct {
		interval time.Duration
		count    int
		want     keepaliveTimes
	}{
		{0, 0, usual}, {60 * time.Second, 3, usual},
		{5 * time.Second, 3, keepaliveTimes{5 * time.Second, 15 * time.Second}},
		{10 * time.Second, 9, keepaliveTimes{10 * time.Second, keepalivePatience}},
		{10 * time.Second, 0, keepaliveTimes{10 * time.Second, keepalivePatience}},
	} {
		if got := usual.soonerFor(&Target{AliveInterval: test.interval, AliveCount: test.count}); got != test.want {
			t.Errorf("%v x %d: %+v", test.interval, test.count, got)
		}
	}
}

// A host that ssh would give up after two seconds is given up then.
func TestServerAliveInterval(t *testing.T) {
	t.Parallel()
	s, p := startSSHD(t), newPerson(t)
	target := targetOf(p, s, p.key(s, "id", ""))
	target.AliveInterval, target.AliveCount = time.Second, 1
	w := newWire(t, s.port)
	target.Port = w.port
	target.KnownHosts = []string{p.write("wire", strings.Replace(s.knownLine(), itoa(s.port), itoa(w.port), 1))}
	c := dial(t, target, Options{})
	w.frozen.Store(true)
	begun := time.Now()
	select {
	case <-c.Done():
		wantFault(t, c.Err(), fault.LinkLost, "no sign")
	case <-time.After(patience):
		t.Errorf("not given up after %v", time.Since(begun))
	}
}

func TestBindAddress(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	key := p.key(s, "id", "")
	for _, bind := range []func(*Target){
		func(t *Target) { t.BindAddress = "127.0.0.3" },
		func(t *Target) { t.BindInterface = "lo" },
	} {
		target := targetOf(p, s, key)
		bind(&target)
		c := dial(t, target, Options{})
		out, _, _, err := c.Run(within(t), "echo $SSH_CONNECTION", nil)
		must(t, err)
		if from := strings.Fields(string(out))[0]; target.BindAddress != "" && from != target.BindAddress {
			t.Errorf("came from %s", from)
		}
	}
	for _, bad := range []Target{{BindAddress: "192.0.2.7"}, {BindAddress: "::1", Network: "tcp4"}, {BindInterface: "none0"}} {
		target := targetOf(p, s)
		target.BindAddress, target.BindInterface = bad.BindAddress, bad.BindInterface
		if bad.Network != "" {
			target.Network = bad.Network
		}
		_, err := Dial(within(t), target, Options{})
		wantFault(t, err, fault.ConnectFailed)
	}
}

func TestConnectionAttempts(t *testing.T) {
	t.Parallel()
	target := Target{Name: "x", Host: "127.0.0.1", Port: freePort(t), Network: "tcp", ConnectAttempts: 2}
	listening := make(chan struct{})
	time.AfterFunc(attemptPause/2, func() { // after the first attempt, before the second
		defer close(listening)
		l, err := net.Listen("tcp4", target.Address())
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { _ = l.Close() })
	})
	conn, err := dialTCP(within(t), &target, &Options{})
	must(t, err)
	_ = conn.Close()
	<-listening
	target.Port, target.ConnectAttempts = freePort(t), 1
	_, err = dialTCP(within(t), &target, &Options{})
	wantFault(t, err, fault.ConnectRefused)
	ctx, cancel := context.WithCancel(context.Background())
	target.ConnectAttempts = maxConnectAttempts
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = dialTCP(ctx, &target, &Options{})
	wantFault(t, err, fault.Cancelled)
}

func TestProxyCommandOfTheConfiguration(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	s, p := startSSHD(t), newPerson(t)
	config := "Host h\n HostName 127.0.0.1\n Port " + itoa(s.port) + "\n IdentityFile " + p.key(s, "id", "") + "\n UserKnownHostsFile " + p.write("known", s.knownLine()) +
		"\n IdentityAgent none\n ProxyCommand "
	target := resolved(t, config+"bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3'; : %r\n")
	dial(t, target, Options{})
	target = resolved(t, config+"sh -c 'echo the gate says no to %r >&2'\n")
	var told notices
	_, err := Dial(within(t), target, Options{Notice: told.add})
	wantFault(t, err, fault.HandshakeFailed, "the ProxyCommand said: the gate says no to alice")
	if told.count(NoticeRetry) != 0 {
		t.Errorf("told %+v", told.all)
	}
}
