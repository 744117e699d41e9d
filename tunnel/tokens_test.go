package tunnel

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestTokensOfTheConnection: %C is ssh's own hash, %j the hosts in between.
func TestTokensOfTheConnection(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("needs ssh")
	}
	p := newPerson(t)
	config := p.write("config", "Host far\n  HostName login.example.org\n  IdentityFile /keys/%C/%%C\n  ProxyCommand hop %j- %C %h\nHost behind\n  ProxyJump near\n  IdentityFile /keys/%j\n")
	far, err := Resolve(within(t), "far", "alice", ResolveOptions{File: config})
	must(t, err)
	hash := regexp.MustCompile(`^/keys/([0-9a-f]{40})/%C$`).FindStringSubmatch(far.IdentityFiles[0])
	if hash == nil || far.ProxyCommand != "hop - "+hash[1]+" login.example.org" {
		t.Fatalf("%q, %q", far.IdentityFiles, far.ProxyCommand)
	}
	out, err := exec.Command("ssh", "-G", "-F", config, "-l", "alice", "-o", "ControlPath=/%C", "far").Output()
	if err != nil || !strings.Contains(string(out), hash[1]) {
		t.Errorf("ssh has another hash: %v", err)
	}
	behind, err := Resolve(within(t), "behind", "alice", ResolveOptions{File: config})
	if err != nil || behind.IdentityFiles[0] != "/keys/near" {
		t.Errorf("%v, %v", behind.IdentityFiles, err)
	}
}
