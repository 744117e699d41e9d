//go:build unix

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// withDirectives returns directives that need neither the test nor the site.
func withDirectives(directives ...string) func(*testing.T, *testcluster.Site) map[string]string {
	return func(*testing.T, *testcluster.Site) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(directives); i += 2 {
			m[directives[i]] = directives[i+1]
		}
		return m
	}
}

// withLockedKey returns directives for a key with a passphrase, the only accepted one.
func withLockedKey(t *testing.T, _ *testcluster.Site) map[string]string {
	file := filepath.Join(t.TempDir(), "locked")
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-a", "1", "-N", "right", "-f", file).CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	return map[string]string{"IdentityFile": file, "PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no"}
}

// answerPrompt returns a function that answers every prompt with text.
func answerPrompt(text string) func(string, json.RawMessage) any {
	return func(method string, _ json.RawMessage) any {
		if method == protocol.MethodPromptConfirm {
			return protocol.PromptConfirmResult{}
		}
		return protocol.PromptSecretResult{Value: text}
	}
}

func withUser(name string) func(*protocol.ClusterProfile) {
	return func(p *protocol.ClusterProfile) { p.User = name }
}

// brokenLocalSetups fail on this computer, before anything is sent.
var brokenLocalSetups = []brokenSetup{
	{name: "It runs on a login node", step: "computer", code: fault.OnCluster, answer: "you logged in by ssh", advice: "on your own computer",
		around: func(t *testing.T) []setting {
			conf := filepath.Join(t.TempDir(), "slurm.conf")
			must(t, os.WriteFile(conf, nil, 0o600))
			return []setting{envSetting("SLURM_CONF", conf), envSetting("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")}
		}},
	{name: "It runs in a job", step: "computer", code: fault.OnCluster, answer: "in job 4711", advice: "on your own computer",
		around: func(*testing.T) []setting { return []setting{envSetting("SLURM_JOB_ID", "4711")} }},
	{name: "The configuration file has a mistake", step: "config", code: fault.BadConfig, answer: "cpuss", advice: "Correct the file",
		around: func(t *testing.T) []setting {
			file := filepath.Join(t.TempDir(), "config.toml")
			must(t, os.WriteFile(file, []byte("[cluster.sunbird]\ncpuss = 1\n"), 0o600))
			return []setting{envSetting("SUNPYTER_CONFIG", file)}
		}},
	{name: "The ssh configuration has a mistake", step: "ssh-config", code: fault.SSHConfig, answer: "Bad configuration option", advice: "ssh -G",
		host: withDirectives("Hostkeyalgorithmen", "ssh-ed25519")},
}

// brokenHosts fail between this computer and the shell of the login node.
var brokenHosts = []brokenSetup{
	{name: "The host's name is misspelt, or known only through the VPN", step: "host-name", code: fault.HostUnknown, answer: "no-such-host.invalid", advice: "VPN",
		host: withDirectives("HostName", "no-such-host.invalid")},
	{name: "There is no way to the host, for want of the VPN", step: "port", code: fault.ConnectFailed, answer: "unreachable", advice: "VPN",
		host: withDirectives("HostName", "2001:db8::1")},
	{name: "The port is wrong", step: "port", code: fault.ConnectRefused, answer: "refuses connections on port 2", advice: "Check the port",
		host: withDirectives("Port", "2")},
	{name: "A firewall drops the connection", step: "port", code: fault.ConnectTimeout, answer: "no answer", advice: "firewall",
		site: func(t *testing.T, site *testcluster.Site) func() {
			must(t, site.Cut())
			return func() { must(t, site.Uncut()) }
		}},
	{name: "Something else than SSH answers there", step: "port", code: fault.HandshakeFailed, answer: "mail.example.org", advice: "Check that this is the SSH port",
		host: func(t *testing.T, _ *testcluster.Site) map[string]string { return endlessBanner(t) }},
	{name: "The host lets no more people log in at once", step: "port", code: fault.HandshakeFailed, answer: "Exceeded MaxStartups", advice: "wait a minute",
		host: func(t *testing.T, _ *testcluster.Site) map[string]string {
			return fakeHost(t, "Exceeded MaxStartups\r\n")
		}},
	{name: "The host's key is not known", step: "host-key", code: fault.HostKeyUnknown, answer: "not accepted", advice: "Compare this with what the site publishes",
		host: withDirectives("UserKnownHostsFile", "/dev/null", "StrictHostKeyChecking", "ask")},
	{name: "The host's key has changed", step: "host-key", code: fault.HostKeyChanged, answer: "line 1", advice: "Do not log in",
		host: func(t *testing.T, _ *testcluster.Site) map[string]string {
			dir := t.TempDir()
			return map[string]string{"UserKnownHostsFile": writeKnownHosts(t, dir, "login", newKey(t, dir, "other")+".pub"), "StrictHostKeyChecking": "ask"}
		}},
	{name: "The host's key was withdrawn", step: "host-key", code: fault.HostKeyChanged, answer: "revoked", advice: "site",
		host: func(t *testing.T, site *testcluster.Site) map[string]string {
			known, err := os.ReadFile(site.KnownHosts())
			must(t, err)
			file := filepath.Join(t.TempDir(), "known_hosts")
			must(t, os.WriteFile(file, []byte("@revoked "+string(known)), 0o600))
			return map[string]string{"UserKnownHostsFile": file}
		}},
	{name: "There is no key", step: "login", code: fault.NoKey, answer: "there is none to offer", advice: "ssh-keygen",
		host: withDirectives("IdentityFile", "/nonexistent/id_ed25519", "PasswordAuthentication", "no", "KbdInteractiveAuthentication", "no")},
	{name: "The key is not on the cluster", step: "login", code: fault.AuthRefused, answer: "accepted none of the keys", advice: "authorized_keys",
		host: func(t *testing.T, _ *testcluster.Site) map[string]string {
			return map[string]string{"IdentityFile": newKey(t, t.TempDir(), "stranger")}
		}},
	{name: "Others can read the key", step: "login", code: fault.NoKey, answer: "chmod 600", advice: "Fix what prevents a key from being used",
		host: func(t *testing.T, _ *testcluster.Site) map[string]string {
			file := newKey(t, t.TempDir(), "open")
			must(t, os.Chmod(file, 0o644))
			return map[string]string{"IdentityFile": file, "PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no"}
		}},
	{name: "The key's passphrase is wrong", step: "login", code: fault.NoKey, answer: "passphrase", advice: "ssh-keygen -y",
		host: withLockedKey, person: answerPrompt("wrong")},
	{name: "The key's passphrase is not given", step: "login", code: fault.PromptUnanswered, answer: "was not answered", advice: "ssh-add",
		host: withLockedKey},
	{name: "The agent is gone", step: "login", code: fault.NoKey, answer: "start it again, and add your key with ssh-add", advice: "Fix what prevents a key from being used",
		host: withDirectives("IdentityAgent", "/nonexistent/agent", "IdentityFile", "/nonexistent/id_ed25519", "IdentitiesOnly", "no", "PasswordAuthentication", "no", "KbdInteractiveAuthentication", "no")},
	{name: "The user name is wrong", step: "login", code: fault.AuthRefused, answer: "as mallory", advice: "user name there is mallory", profile: withUser("mallory")},
	{name: "The key is on a smart card", step: "login", code: fault.NoKey, answer: "there is none to offer", advice: "run `ssh-add -s /usr/lib/opensc.so` once, or have the ssh program connect: ssh = \"system\"",
		host: withDirectives("PKCS11Provider", "/usr/lib/opensc.so", "IdentityFile", "/nonexistent/id_ed25519")},
	{name: "The host takes Kerberos tickets alone", step: "login", code: fault.AuthRefused, answer: "gssapi-with-mic, none of which could be tried", advice: "ssh = \"system\"",
		host: withKerberos("PubkeyAuthentication no", "GSSAPIAuthentication yes")},
	{name: "The host takes the keys of known computers alone", step: "login", code: fault.AuthRefused, answer: "hostbased, none of which could be tried", advice: "ssh = \"system\"",
		host: withTestSSHD("PubkeyAuthentication no", "HostbasedAuthentication yes")},
	{name: "The account has no login shell", step: "shell", code: fault.CommandFailed, answer: "not available", advice: "Log in with ssh by hand",
		site: withShell("/usr/sbin/nologin")},
	{name: "A startup file ends the shell", step: "shell", code: fault.CommandFailed, answer: "the login shell ended before our command ran", advice: ".bashrc",
		site: withBashrc("exit 0\n")},
	{name: "A startup file never ends", step: "shell", code: fault.CommandFailed, answer: "it has not started after 30 s", advice: "loop",
		site: withBashrc("while sleep 1; do :; done\n"), long: "a shell may take 30 s to begin"},
}

// withTestSSHD leads to a test sshd with lines of sshd_config.
func withTestSSHD(lines ...string) func(*testing.T, *testcluster.Site) map[string]string {
	return func(t *testing.T, site *testcluster.Site) map[string]string {
		return directives{"Port": startTestSSHD(t, site, 2201, lines...).port}
	}
}

// withKerberos is withTestSSHD where the site's sshd knows Kerberos; Debian's has it in a package of its own since OpenSSH 10.
func withKerberos(lines ...string) func(*testing.T, *testcluster.Site) map[string]string {
	return func(t *testing.T, site *testcluster.Site) map[string]string {
		out := site.MustExec(t, "login", "root", "sh", "-c", "exec /usr/sbin/sshd -T -o GSSAPIAuthentication=yes 2>&1")
		if strings.Contains(out, "Unsupported option") {
			t.Skip("the site's sshd has no GSSAPI")
		}
		return withTestSSHD(lines...)(t, site)
	}
}

// withShell changes alice's login shell.
func withShell(shell string) func(*testing.T, *testcluster.Site) func() {
	return func(t *testing.T, site *testcluster.Site) func() {
		must(t, site.SetShell("alice", shell))
		return func() { must(t, site.SetShell("alice", "bash")) }
	}
}

// withBashrc writes a .bashrc for alice, and ends what it has started.
func withBashrc(text string) func(*testing.T, *testcluster.Site) func() {
	return func(t *testing.T, site *testcluster.Site) func() {
		must(t, site.WriteFile("login", "/home/alice/.bashrc", 0o644, text))
		return func() {
			must(t, site.RemoveFile("login", "/home/alice/.bashrc"))
			_, _ = site.Exec(t.Context(), "login", "root", "pkill", "-u", "alice", "bash")
		}
	}
}

// TestCheckOfBrokenSSHSetups and on the way to the login node.
func TestCheckOfBrokenSSHSetups(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	runEach(t, site, brokenLocalSetups)
	runEach(t, site, brokenHosts)
	nothingLeft(t, site)
}

// TestCheckContinuesAfterAWarning: an unsupported directive, and a shell that prints,
// are not failures.
func TestCheckContinuesAfterAWarning(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	x := brokenSetup{host: withDirectives("PKCS11Provider", "/usr/lib/opensc.so"), site: withBashrc("echo Welcome to the lab, where every shell has a long word to say to everybody; seq 100\n")}
	w := x.window(t, site)
	defer x.site(t, site)()
	result := w.check("lab", false)
	if s := findStep(t, result, "ssh-config"); s.Outcome != protocol.CheckWarning || !result.OK {
		t.Errorf("%+v", result)
	}
	if s := findStep(t, result, "shell"); s.Outcome != protocol.CheckOK || s.Detail != "/bin/bash; its startup files print something, which is harmless here" {
		t.Errorf("%+v", s)
	}
	for _, s := range result.Steps {
		if s.Outcome != protocol.CheckOK && s.Name != "ssh-config" {
			t.Errorf("%+v", s)
		}
	}
	if s := findStep(t, result, "login"); s.Milliseconds == 0 || s.Detail == "as alice" {
		t.Errorf("%+v", s)
	}
	logReport(t, result)
	w.shownMessages("warning", "PKCS11Provider")
	t.Log(result.Report)
}
