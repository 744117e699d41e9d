//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// hostBlock returns a Host of an ssh_config: the site's login node, with some
// directives changed.
func hostBlock(t *testing.T, site *testcluster.Site, name string, other map[string]string) string {
	t.Helper()
	address, _, err := net.SplitHostPort(site.LoginAddr())
	must(t, err)
	directives := map[string]string{
		"HostName": address, "HostKeyAlias": "login", "IdentityFile": site.KeyFile(), "IdentitiesOnly": "yes", "IdentityAgent": "none",
		"UserKnownHostsFile": site.KnownHosts(), "GlobalKnownHostsFile": "none", "StrictHostKeyChecking": "yes", "ConnectTimeout": "2",
	}
	for directive, value := range other {
		directives[directive] = value
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Host %s\n", name)
	for directive, value := range directives {
		if value != "" {
			fmt.Fprintf(&b, "  %s %s\n", directive, value)
		}
	}
	return b.String()
}

// sshConfig writes a file of blocks and makes the window use it.
func sshConfig(t *testing.T, blocks ...string) setting {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ssh_config")
	must(t, os.WriteFile(file, []byte(strings.Join(blocks, "")), 0o600))
	return envSetting("SUNPYTER_SSH_CONFIG", file)
}

// TestHostsThatRefuseTheLogin: from a host name that does not exist to a user who does
// not, each with its own error, in one window that works afterwards.
func TestHostsThatRefuseTheLogin(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	dir := t.TempDir()
	stranger, none := newKey(t, dir, "stranger"), filepath.Join(dir, "none")
	another := writeKnownHosts(t, dir, "login", stranger+".pub")
	rows := []struct {
		name  string
		user  string
		other map[string]string
		want  wantProblem
	}{
		{"unknown-host", "alice", map[string]string{"HostName": "no-such-host.invalid"},
			wantProblem{fault.HostUnknown, "no-such-host.invalid", "VPN"}},
		{"refused-port", "alice", map[string]string{"Port": "2"},
			wantProblem{fault.ConnectRefused, "refuses connections on port 2", "Check the port"}},
		{"mute-host", "alice", silentHost(t),
			wantProblem{fault.ConnectTimeout, "the host sends nothing", "Try again in a moment"}},
		{"not-ssh", "alice", endlessBanner(t),
			wantProblem{fault.HandshakeFailed, "closed the connection before the SSH handshake", "Check that this is the SSH port"}},
		{"unknown-key-strict", "alice", map[string]string{"UserKnownHostsFile": none},
			wantProblem{fault.HostKeyUnknown, "StrictHostKeyChecking", "Ask the site for its host key"}},
		{"unknown-key-refused", "alice", map[string]string{"UserKnownHostsFile": none, "StrictHostKeyChecking": "ask"},
			wantProblem{fault.HostKeyUnknown, "not accepted", "Compare this with what the site publishes"}},
		{"changed-key", "alice", map[string]string{"UserKnownHostsFile": another, "StrictHostKeyChecking": "ask"},
			wantProblem{fault.HostKeyChanged, another + " line 1", "Do not log in"}},
		{"no-key-accepted", "alice", map[string]string{"IdentityFile": stranger},
			wantProblem{fault.AuthRefused, "accepted none of the keys", "authorized_keys"}},
		{"no-key", "alice", map[string]string{"IdentityFile": none},
			wantProblem{fault.NoKey, "there is none to offer", "ssh-keygen"}},
		{"wrong-user", "mallory", nil,
			wantProblem{fault.AuthRefused, "accepted none of the keys", "user name there is mallory"}},
	}
	blocks := []string{hostBlock(t, site, "login", nil)}
	for _, row := range rows {
		blocks = append(blocks, hostBlock(t, site, row.name, row.other))
	}
	w := openWindow(t, site, sshConfig(t, blocks...))
	w.prompt = func(string, json.RawMessage) any { return protocol.PromptConfirmResult{} } // no to everything
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.want.check(t, w.failStart(row.user+"@"+row.name, protocol.KernelRequest{}))
		})
	}
	w.checkStartsAgain()
}

// TestSilentHost: the link silently loses everything.
func TestSilentHost(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	w := openWindow(t, site, sshConfig(t, hostBlock(t, site, "login", nil)))
	must(t, site.Cut())
	begun := time.Now()
	wantProblem{fault.ConnectTimeout, "no answer", "Check that this computer is online"}.check(t, w.failStart("alice@login", protocol.KernelRequest{}))
	if waited := time.Since(begun); waited > 15*time.Second {
		t.Errorf("reported after %v; ConnectTimeout is 2 s", waited)
	}
	must(t, site.Uncut())
	w.checkStillWorks()
}

// silentHost returns a host on this computer that accepts connections and is silent.
func silentHost(t *testing.T) map[string]string {
	return fakeHost(t, "")
}

// endlessBanner returns a host that does not speak SSH.
func endlessBanner(t *testing.T) map[string]string {
	return fakeHost(t, "220 mail.example.org ESMTP\r\n500 what?\r\n")
}

// fakeHost returns the directives for a port on this computer that says greeting
// and, if there is one, hangs up.
func fakeHost(t *testing.T, greeting string) map[string]string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(greeting))
			if greeting != "" {
				_ = conn.Close()
			} else {
				defer conn.Close()
			}
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-gone })
	_, port, err := net.SplitHostPort(listener.Addr().String())
	must(t, err)
	return map[string]string{"HostName": "127.0.0.1", "Port": port}
}

// newKey makes an unknown key pair.
func newKey(t *testing.T, dir, name string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file).CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	return file
}

// writeKnownHosts writes a known_hosts file in which host has that public key.
func writeKnownHosts(t *testing.T, dir, host, public string) string {
	t.Helper()
	key, err := os.ReadFile(public)
	must(t, err)
	file := filepath.Join(dir, "known_hosts")
	must(t, os.WriteFile(file, []byte(host+" "+string(key)), 0o600))
	return file
}
