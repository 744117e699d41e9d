//go:build linux

package tunnel

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSystemSSHHostbased: a way in that this package does not have. The ssh program's
// helper reads files under /etc/ssh alone, so a wrapper gives it others there.
func TestSystemSSHHostbased(t *testing.T) {
	if _, err := os.Stat("/usr/lib/openssh/ssh-keysign"); err != nil {
		t.Skip("needs ssh-keysign")
	}
	s, p := startSSHD(t, "HostbasedAuthentication yes", "HostbasedUsesNameFromPacketOnly yes", "IgnoreRhosts no", "AuthenticationMethods hostbased"), newPerson(t)
	home := s.home(t, "/bin/bash")
	etc := filepath.Join(p.dir, "etc-ssh")
	must(t, os.Mkdir(etc, 0o755))
	keygen(t, filepath.Join(etc, "ssh_host_ed25519_key"), "")
	public, err := os.ReadFile(filepath.Join(etc, "ssh_host_ed25519_key.pub"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(etc, "ssh_config"), []byte("EnableSSHKeysign yes\n"), 0o644))
	s.asAlice(t, "mkdir "+home+"/.ssh && cat > "+home+"/.ssh/known_hosts && echo localhost root > "+home+"/.shosts", "localhost "+string(public))
	wrapper := p.write("wrapper", fmt.Sprintf("#!/bin/sh\n"+
		`exec unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/ssh && exec ssh "$@"' %q "$@"`+"\n", etc))
	must(t, os.Chmod(wrapper, 0o700))
	if out, err := exec.Command(wrapper, "-V").CombinedOutput(); err != nil {
		t.Skipf("needs mount namespaces: %v: %s", err, out)
	}
	target := systemTarget(p, s, "HostbasedAuthentication yes", "PreferredAuthentications hostbased")
	target.Program = wrapper
	var told notices
	opts := systemOptions(t, nil)
	opts.Notice = told.add
	c := dial(t, target, opts)
	out, _, _, err := c.Run(within(t), "id -un", nil)
	if err != nil || strings.TrimSpace(string(out)) != testUser || s.count(t, "Accepted hostbased for "+testUser) != 1 {
		t.Errorf("%q %v", out, err)
	}
	if told.count(NoticeLoggedIn) != 1 || told.count(NoticeLoggedIn, "SHA256") != 0 {
		t.Error(told.all)
	}
	must(t, c.Close())
}
