//go:build linux

package tunnel

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/prompts"
)

// TestSystemSSHHostbased: an authentication method that this package does not have. The ssh
// program's helper only reads files under /etc/ssh, so a wrapper mounts others there.
func TestSystemSSHHostbased(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/lib/openssh/ssh-keysign"); err != nil {
		t.Skip("needs ssh-keysign")
	}
	s, p := sshtest.Start(t, "HostbasedAuthentication yes", "HostbasedUsesNameFromPacketOnly yes", "IgnoreRhosts no", "AuthenticationMethods hostbased"), sshtest.NewUser(t)
	home := s.Home(t, "/bin/bash")
	etc := filepath.Join(p.Dir, "etc-ssh")
	sshtest.Must(t, os.Mkdir(etc, 0o755))
	sshtest.KeyGen(t, filepath.Join(etc, "ssh_host_ed25519_key"), "")
	public, err := os.ReadFile(filepath.Join(etc, "ssh_host_ed25519_key.pub"))
	sshtest.Must(t, err)
	sshtest.Must(t, os.WriteFile(filepath.Join(etc, "ssh_config"), []byte("EnableSSHKeysign yes\n"), 0o644))
	s.AsAlice(t, "mkdir "+home+"/.ssh && cat > "+home+"/.ssh/known_hosts && echo localhost root > "+home+"/.shosts", "localhost "+string(public))
	wrapper := p.WriteProgram("wrapper", fmt.Sprintf("#!/bin/sh\n"+
		`exec unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/ssh && exec ssh "$@"' %q "$@"`+"\n", etc))
	if out, err := exec.Command(wrapper, "-V").CombinedOutput(); err != nil {
		t.Skipf("needs mount namespaces: %v: %s", err, out)
	}
	target := systemTarget(p, s, "HostbasedAuthentication yes", "PreferredAuthentications hostbased")
	target.Program = wrapper
	var notices sshtest.Notices
	opts := systemOptions(t, nil)
	opts.Notice = notices.Add
	c := dial(t, target, opts)
	out, _, _, err := c.Run(sshtest.Context(t), "id -un", nil)
	if err != nil || strings.TrimSpace(string(out)) != sshtest.UserName || s.Count(t, "Accepted hostbased for "+sshtest.UserName) != 1 {
		t.Errorf("%q %v", out, err)
	}
	if notices.Count(prompts.NoticeLoggedIn) != 1 || notices.Count(prompts.NoticeLoggedIn, "SHA256") != 0 {
		t.Error(notices.All)
	}
	sshtest.Must(t, c.Close())
}
