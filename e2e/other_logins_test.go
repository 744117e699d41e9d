//go:build unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// otherLogin is an authentication method that only the ssh program supports.
type otherLogin struct {
	// block is the host's, in the user's ssh configuration, and lines go before ssh in the wrapper.
	block string
	lines []string
	// prompt is what the user is asked for, and answer what is typed; empty: nothing is.
	prompt, answer string
	// refusal is the error of our own SSH.
	refusal wantProblem
	// accepted is what sshd's log has of such a login.
	accepted string
	gate     *testSSHD
	// removeCredential removes the user's credential, and failure is the error then; nil: the answer is wrong.
	removeCredential func()
	failure          wantProblem
}

var otherLogins = map[string]func(*testing.T, *testcluster.Site) otherLogin{
	"Kerberos": kerberosLogin, "hostbased logins": hostBasedLogin, "a smart card": smartCardLogin,
}

// TestOtherLogins: the error of our own SSH has the advice for each, which leads to a kernel with one login.
func TestOtherLogins(t *testing.T) {
	t.Parallel()
	requireFaults(t, "Kerberos and smart cards need programs of their own")
	site := testcluster.Shared(t)
	for name, open := range otherLogins {
		t.Run(name, func(t *testing.T) {
			way := open(t, site)
			way.refused(t, site)
			way.startsAKernel(t, site)
			way.fails(t, site)
			nothingLeft(t, site)
		})
	}
}

func (o otherLogin) refused(t *testing.T, site *testcluster.Site) {
	t.Helper()
	w := openWindow(t, site, sshConfig(t, o.block))
	w.prompt = func(method string, raw json.RawMessage) any {
		t.Errorf("asked %s %s", method, raw)
		return protocol.PromptSecretResult{Cancelled: true}
	}
	o.refusal.check(t, w.failStart("alice@far", protocol.KernelRequest{}))
	w.close()
}

func (o otherLogin) startsAKernel(t *testing.T, site *testcluster.Site) {
	t.Helper()
	u := newSSHUser(t, o.lines...)
	w := openWindow(t, site, append(u.settings(), sshConfig(t, o.block))...)
	var asked [][]byte
	w.prompt = func(_ string, raw json.RawMessage) any {
		asked = append(asked, raw)
		return protocol.PromptSecretResult{Value: o.answer}
	}
	started := w.startAt("alice@far", protocol.KernelRequest{})
	if started.err != nil {
		log, _ := site.ReadFile("login", o.gate.file("log"))
		t.Fatalf("%v\n%s", started.err, log)
	}
	checkAnswers(t, started.KernelStartResult)
	if n := o.gate.count(o.accepted); n != 1 {
		t.Errorf("%d logins", n)
	}
	switch {
	case o.prompt == "" && len(asked) > 0, o.prompt != "" && len(asked) != 1:
		t.Errorf("asked %q", asked)
	case o.prompt != "" && !bytes.Contains(asked[0], []byte(o.prompt)):
		t.Errorf("asked %s", asked[0])
	}
	w.stopAll()
	w.close()
	u.checkNoProcesses()
}

// fails: what the method needs is missing or wrong.
func (o otherLogin) fails(t *testing.T, site *testcluster.Site) {
	t.Helper()
	if o.removeCredential != nil {
		o.removeCredential()
	}
	u := newSSHUser(t, o.lines...)
	w := openWindow(t, site, append(u.settings(), sshConfig(t, o.block))...)
	asked := 0
	w.prompt = func(string, json.RawMessage) any {
		asked++
		return protocol.PromptSecretResult{Value: "wrong"}
	}
	o.failure.check(t, w.failStart("alice@far", protocol.KernelRequest{}))
	if (o.prompt != "") != (asked == 1) {
		t.Errorf("asked %d times", asked)
	}
	w.close()
	u.checkNoProcesses()
}

// command runs a program to its end, with more environment and something to read.
func command(t *testing.T, environment []string, stdin string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env, cmd.Stdin = append(os.Environ(), environment...), strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v: %s", args, err, out)
	}
}

// exports returns lines of shell that set an environment.
func exports(environment []string) (lines []string) {
	for _, variable := range environment {
		lines = append(lines, "export "+variable)
	}
	return lines
}

const krb5Config = `[libdefaults]
default_realm = LAB.TEST
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
[realms]
LAB.TEST = {
  kdc = 127.0.0.1:8800
}
`

// kdcConfig is krb5kdc's, whose files are in a folder.
const kdcConfig = `[realms]
LAB.TEST = {
  database_name = %[1]s/principal
  key_stash_file = %[1]s/stash
  kdc_listen = 127.0.0.1:8800
  kdc_tcp_listen = 127.0.0.1:8800
}
`

// kerberosLogin: alice has a ticket of a realm whose server is on this computer, and the login node its keytab.
func kerberosLogin(t *testing.T, site *testcluster.Site) otherLogin {
	const password = "a ticket please"
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "krb5.conf"), []byte(krb5Config), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "kdc.conf"), fmt.Appendf(nil, kdcConfig, dir), 0o600))
	theirs := []string{"KRB5_CONFIG=" + filepath.Join(dir, "krb5.conf"), "KRB5_KDC_PROFILE=" + filepath.Join(dir, "kdc.conf")}
	ours := []string{theirs[0], "KRB5CCNAME=FILE:" + filepath.Join(dir, "ticket")}
	host, _, err := net.SplitHostPort(site.LoginAddr())
	must(t, err)
	command(t, theirs, "", "kdb5_util", "create", "-s", "-P", "master")
	keytab := filepath.Join(dir, "keytab")
	for _, request := range []string{"addprinc -pw \"" + password + "\" alice", "addprinc -randkey host/" + host, "ktadd -k " + keytab + " host/" + host} {
		command(t, theirs, "", "kadmin.local", "-q", request)
	}
	kdc := exec.Command("setpriv", "--pdeathsig", "KILL", "krb5kdc", "-n")
	kdc.Env = append(os.Environ(), theirs...)
	must(t, kdc.Start())
	t.Cleanup(func() {
		_ = kdc.Process.Kill()
		_ = kdc.Wait()
	})
	eventually(t, waitLimit, func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:8800")
		return err == nil && conn.Close() == nil
	}, func() string { return "the Kerberos server does not listen" })
	command(t, ours, password+"\n", "kinit", "alice")

	key, err := os.ReadFile(keytab)
	must(t, err)
	for file, text := range map[string]string{"/etc/krb5.keytab": string(key), "/etc/krb5.conf": krb5Config} {
		must(t, site.WriteFile("login", file, 0o600, text))
		t.Cleanup(func() { must(t, site.RemoveFile("login", file)) })
	}
	return otherLogin{
		lines: exports(ours), accepted: "Accepted gssapi-with-mic for alice",
		block:            hostBlock(t, site, "far", directives{"Port": "2201", "IdentityFile": "none", "GSSAPIAuthentication": "yes"}),
		refusal:          wantProblem{fault.AuthRefused, "gssapi-with-mic, none of which could be tried", `It accepts Kerberos tickets (GSSAPI), which Sunpyter itself does not use: use a key or a password if it accepts one, or have the ssh program connect: ssh = "system"`},
		gate:             startTestSSHD(t, site, 2201, "PubkeyAuthentication no", "GSSAPIAuthentication yes", "GSSAPIStrictAcceptorCheck no"),
		removeCredential: func() { command(t, ours, "", "kdestroy") },
		failure:          wantProblem{fault.AuthRefused, "No Kerberos credentials available", "`klist` in a terminal shows whether you have a Kerberos ticket, and `kinit` gets one"},
	}
}

// hostBasedLogin: the login node trusts this computer, which proves itself by its host
// key, to name its user.
func hostBasedLogin(t *testing.T, site *testcluster.Site) otherLogin {
	dir := t.TempDir()
	key := newKey(t, dir, "ssh_host_ed25519_key")
	public, err := os.ReadFile(key + ".pub")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "ssh_config"), []byte("EnableSSHKeysign yes\n"), 0o644))
	address := strings.TrimSpace(site.MustExec(t, "login", "root", "sh", "-c", `ip route get "$(ip -o -4 addr show dev laptop | sed 's/.*inet \([0-9.]*\)\..*/\1.1/')" | grep -o '^[0-9.]*'`))
	must(t, os.WriteFile(filepath.Join(dir, "hosts"), []byte("127.0.0.1 localhost\n"+address+" laptop.lab\n"), 0o644))
	for file, text := range map[string]string{"/etc/ssh/shosts.equiv": "laptop.lab root\n", "/etc/ssh/ssh_known_hosts": "laptop.lab " + string(public)} {
		must(t, site.WriteFile("login", file, 0o644, text))
		t.Cleanup(func() { must(t, site.RemoveFile("login", file)) })
	}
	return otherLogin{
		// The computer's own key is in a fixed place, and ssh-keysign only reads the system's configuration.
		lines: []string{`[ "$SUNPYTER_MOUNTED" ] || SUNPYTER_MOUNTED=1 exec unshare --mount "$0" "$@"`,
			"mount --bind " + dir + " /etc/ssh", "mount --bind " + dir + "/hosts /etc/hosts"},
		accepted:         "Accepted hostbased for alice",
		block:            hostBlock(t, site, "far", directives{"Port": "2201", "IdentityFile": "none", "HostbasedAuthentication": "yes"}),
		refusal:          wantProblem{fault.AuthRefused, "the host allows only hostbased", `which Sunpyter itself does not use: use a key of your own if it accepts one, or have the ssh program connect: ssh = "system"`},
		gate:             startTestSSHD(t, site, 2201, "PubkeyAuthentication no", "HostbasedAuthentication yes", "HostbasedUsesNameFromPacketOnly yes"),
		removeCredential: func() { must(t, os.Remove(key)) },
		failure:          wantProblem{fault.AuthRefused, "could not open any host key", "a host key that the site knows"},
	}
}

// smartCardLogin: the key is on a software smart card with a PIN.
func smartCardLogin(t *testing.T, site *testcluster.Site) otherLogin {
	const pin = "471108"
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	command(t, nil, "", "ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-m", "PKCS8", "-N", "", "-f", key)
	must(t, os.Mkdir(filepath.Join(dir, "tokens"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "conf"), []byte("directories.tokendir = "+dir+"/tokens\nlog.level = ERROR\n"), 0o600))
	ours := []string{"SOFTHSM2_CONF=" + filepath.Join(dir, "conf")}
	command(t, ours, "", "softhsm2-util", "--init-token", "--free", "--label", "card", "--so-pin", "12345678", "--pin", pin)
	command(t, ours, "", "softhsm2-util", "--import", key, "--token", "card", "--label", "key", "--id", "01", "--pin", pin)
	public, err := os.ReadFile(key + ".pub")
	must(t, err)
	keys, err := site.ReadFile("login", authorizedKeys)
	must(t, err)
	must(t, site.WriteFile("login", authorizedKeys, 0o600, string(keys)+string(public)))
	t.Cleanup(func() { must(t, site.WriteFile("login", authorizedKeys, 0o600, string(keys))) })
	must(t, os.Remove(key)) // it is only on the card
	return otherLogin{
		lines: exports(ours), prompt: "PIN", answer: pin, accepted: "Accepted publickey for alice",
		block: hostBlock(t, site, "far", directives{"Port": "2201", "IdentityFile": filepath.Join(dir, "id_ed25519"), "IdentitiesOnly": "no",
			"PKCS11Provider": "/usr/lib/softhsm/libsofthsm2.so"}),
		refusal: wantProblem{fault.NoKey, "there is none to offer", "run `ssh-add -s /usr/lib/softhsm/libsofthsm2.so` once, or have the ssh program connect: ssh = \"system\""},
		gate:    startTestSSHD(t, site, 2201),
		failure: wantProblem{fault.AuthRefused, "PIN incorrect", "The PIN was wrong"},
	}
}
