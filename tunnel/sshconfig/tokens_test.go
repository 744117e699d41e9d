package sshconfig

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// TestConnectionHash: %C is ssh's own hash, %j the hosts in between.
func TestConnectionHash(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("needs ssh")
	}
	p := sshtest.NewUser(t)
	config := p.Write("config", "Host far\n  HostName login.example.org\n  IdentityFile /keys/%C/%%C\n  ProxyCommand hop %j- %C %h\nHost behind\n  ProxyJump near\n  IdentityFile /keys/%j\n")
	far, err := Resolve(sshtest.Context(t), "far", "alice", Options{File: config})
	sshtest.Must(t, err)
	hash := regexp.MustCompile(`^/keys/([0-9a-f]{40})/%C$`).FindStringSubmatch(far.Keys.IdentityFiles[0])
	if hash == nil || far.Route.ProxyCommand != "hop - "+hash[1]+" login.example.org" {
		t.Fatalf("%q, %q", far.Keys.IdentityFiles, far.Route.ProxyCommand)
	}
	out, err := exec.Command("ssh", "-G", "-F", config, "-l", "alice", "-o", "ControlPath=/%C", "far").Output()
	if err != nil || !strings.Contains(string(out), hash[1]) {
		t.Errorf("ssh has another hash: %v", err)
	}
	behind, err := Resolve(sshtest.Context(t), "behind", "alice", Options{File: config})
	if err != nil || behind.Keys.IdentityFiles[0] != "/keys/near" {
		t.Errorf("%v, %v", behind.Keys.IdentityFiles, err)
	}
}
