package sshname

import (
	"os/exec"
	"strings"
	"testing"
)

// TestValidUser compares with the installed ssh, which refuses what it would not send.
func TestValidUser(t *testing.T) {
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		t.Log("ssh is not asked: ", err)
	}
	for _, name := range []string{
		"alice", "j.doe@corp.example.org", "a@b@c", "John Doe", "JDOE", `CORP\jdoe`, "müller", "имя", "s.a.person", "x-y_z+1", "1000", "a%h", "~a", "#a", strings.Repeat("u", 64),
	} {
		if !ValidUser(name) {
			t.Errorf("%q is refused", name)
		}
		if ssh == "" {
			continue
		}
		out, err := exec.Command(ssh, "-G", "-F", "none", "-l", name, "--", "host").Output()
		if err != nil || !strings.Contains(string(out), "user "+name+"\n") {
			t.Errorf("ssh refuses %q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", "-lroot", "a -oProxyCommand=x", " a", "a ", "a\n", "a\x00", "a\x1b[31m", "a\u202eb", "a\u00a0b", `a\`, "$(id)", "`id`", "a;b", "a|b", "a&b", "a>b", `a"b`, "a'b", "a\xff", strings.Repeat("u", 256),
	} {
		if ValidUser(name) {
			t.Errorf("%q is taken", name)
		}
	}
}
