package plan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sshdConfig is /etc/ssh/sshd_config with extra at its head. Of most options sshd takes
// the first value, of MaxStartups the last.
func sshdConfig(extra string) string {
	if !strings.Contains(extra, "MaxStartups") {
		extra += "\nMaxStartups 100:30:200"
	}
	if !strings.Contains(extra, "KbdInteractiveAuthentication") {
		extra += "\nChallengeResponseAuthentication no" // the same in OpenSSH before 8.7
	}
	return extra + `
HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
X11Forwarding no
PrintMotd no
ClientAliveInterval 15
ClientAliveCountMax 3
UseDNS no
Subsystem sftp internal-sftp
`
}

// pamSSHD returns /etc/pam.d/sshd: all users are accepted, or those that account accepts.
func pamSSHD(account string) string {
	return "auth required pam_permit.so\naccount required " + account + "\nsession required pam_permit.so\n"
}

// pamAccount is the account line of a node's sshd for each value of Plan.PAM.
var pamAccount = map[string]string{
	"none":  "pam_permit.so",
	"slurm": "pam_slurm.so",
	"adopt": "pam_slurm_adopt.so action_no_jobs=deny",
}

// keygen makes an ed25519 key pair without a passphrase at path and path.pub
// and returns the public half as "ssh-ed25519 AAAA...".
func keygen(path, comment string) (string, error) {
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("ssh-keygen %s: %w: %s", path, err, out)
	}
	pub, err := os.ReadFile(path + ".pub")
	if err != nil {
		return "", err
	}
	return strings.Join(strings.Fields(string(pub))[:2], " "), nil
}

// hostKeys makes every host's key, in keys/HOST, and the two known_hosts
// files: the one that all hosts share, and the laptop's.
func (p *Plan) hostKeys(base string) error {
	dir := p.FS("keys")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var site, laptop strings.Builder
	for _, h := range append([]string{"login"}, p.Nodes...) {
		pub, err := keygen(filepath.Join(dir, h), h)
		if err != nil {
			return err
		}
		fmt.Fprintf(&site, "%s,%s %s\n", h, p.Addr(h), pub)
		fmt.Fprintf(&laptop, "%s %s\n", h, pub)
	}
	if err := write(base, "etc/ssh/ssh_known_hosts", site.String(), 0o644); err != nil {
		return err
	}
	return write(p.Lab, "known_hosts", laptop.String(), 0o600)
}

// userKeys makes the key that the laptop holds and the one that each user has
// inside the site, and lets both in.
func (p *Plan) userKeys() error {
	laptop, err := keygen(filepath.Join(p.Lab, "id_test"), "laptop")
	if err != nil {
		return err
	}
	for _, u := range Users {
		dir := p.FS("home", u.Name, ".ssh")
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		inside, err := keygen(filepath.Join(dir, "id_ed25519"), "inside")
		if err != nil {
			return err
		}
		if err := write(dir, "authorized_keys", laptop+"\n"+inside+"\n", 0o600); err != nil {
			return err
		}
		for _, f := range []string{"", "id_ed25519", "id_ed25519.pub", "authorized_keys"} {
			if err := os.Chown(filepath.Join(dir, f), u.ID, u.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteSSHConfig writes the laptop's ssh_config, with login at address.
func (p *Plan) WriteSSHConfig(address string) error {
	return write(p.Lab, "ssh_config", fmt.Sprintf(`Host login
  HostName %[2]s
  HostKeyAlias login
Host %[3]s
  ProxyCommand ssh -F %[1]s/ssh_config -W %%h:%%p login
Host login %[3]s
  User alice
  IdentityFile %[1]s/id_test
  IdentitiesOnly yes
  UserKnownHostsFile %[1]s/known_hosts
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
`, p.Lab, address, strings.Join(p.Nodes, " ")), 0o600)
}

// WriteHost writes the files that only this host has: its name and its sshd, except for
// ctl, which has no logins, and login's commands that are counted.
func (p *Plan) WriteHost(host string) error {
	layer := p.FS(host, "up")
	if err := write(layer, "etc/hostname", host+"\n", 0o644); err != nil || host == "ctl" {
		return err
	}
	extra, account := p.LoginSSHD, pamAccount["none"]
	if p.IsNode(host) {
		extra, account = p.NodeSSHD, pamAccount[p.PAM]
	}
	if err := write(layer, "etc/ssh/sshd_config", sshdConfig(extra), 0o644); err != nil {
		return err
	}
	if err := write(layer, "etc/pam.d/sshd", pamSSHD(account), 0o644); err != nil {
		return err
	}
	for suffix, mode := range map[string]os.FileMode{"": 0o600, ".pub": 0o644} {
		key, err := os.ReadFile(p.FS("keys", host+suffix))
		if err != nil {
			return err
		}
		if err := write(layer, "etc/ssh/ssh_host_ed25519_key"+suffix, string(key), mode); err != nil {
			return err
		}
	}
	if host == "login" && p.CountCalls {
		return p.wrapCommands(layer)
	}
	return nil
}
