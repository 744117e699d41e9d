//go:build unix

package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// withoutKey returns directives for a key that is still to be made, and its file.
func withoutKey(t *testing.T) (file string, host func(*testing.T, *testcluster.Site) map[string]string) {
	file = filepath.Join(t.TempDir(), "id_ed25519")
	return file, withDirectives("IdentityFile", file)
}

// checkNewKeyCreated: a user without a key is asked, types the password once, and the next
// login uses the key.
func checkNewKeyCreated(t *testing.T, site *testcluster.Site) {
	file, host := withoutKey(t)
	keys := func() string {
		text, err := site.Exec(t.Context(), "login", "alice", "cat", ".ssh/authorized_keys")
		must(t, err)
		return text
	}
	before := keys()
	defer func() { must(t, site.WriteFile("login", "/home/alice/.ssh/authorized_keys", 0o600, before)) }()

	asked := map[protocol.PromptPurpose]int{}
	x := brokenSetup{host: host, person: promptAnswers(asked, true, map[protocol.PromptPurpose]string{protocol.PurposePassword: "secret", protocol.PurposeNewKey: "open sesame"})}
	w := x.window(t, site)
	if result := w.check("lab", false); !result.OK {
		t.Errorf("%s", result.Report)
	}
	if asked[protocol.PurposePassword] != 1 || asked[protocol.PurposeNewKey] != 3 { // whether, and the passphrase twice
		t.Errorf("asked %v", asked)
	}
	w.shownMessages(protocol.LogInfo, "From now on the key "+file+" lets you in")
	public, err := os.ReadFile(file + ".pub")
	must(t, err)
	if !strings.Contains(keys(), strings.Join(strings.Fields(string(public))[:2], " ")) {
		t.Error("the public half is not in place")
	}
	w.close()

	asked = map[protocol.PromptPurpose]int{}
	x.person = promptAnswers(asked, false, map[protocol.PromptPurpose]string{protocol.PurposePassphrase: "open sesame"})
	x.host = withDirectives("IdentityFile", file)
	result := x.window(t, site).check("lab", false)
	if s := findStep(t, result, "login"); s.Outcome != protocol.CheckOK || !strings.Contains(s.Detail, file) || asked[protocol.PurposePassphrase] != 1 || len(asked) != 1 {
		t.Errorf("%+v; asked %v", s, asked)
	}
}

// checkNewKeyShown: if keys are the only method, the user has to install it.
func checkNewKeyShown(t *testing.T, site *testcluster.Site) {
	file, host := withoutKey(t)
	asked := map[protocol.PromptPurpose]int{}
	x := brokenSetup{host: host, person: promptAnswers(asked, true, nil), profile: func(p *protocol.ClusterProfile) { keys := true; p.KeysOnly = &keys },
		step: "login", code: fault.NoKey, answer: "the new one, " + file, advice: "ssh-copy-id -i " + file}
	w := x.window(t, site)
	result := w.check("lab", false)
	x.compare(t, result)
	public, err := os.ReadFile(file + ".pub")
	must(t, err)
	line := strings.TrimSpace(string(public))
	if s := findStep(t, result, "login"); !strings.HasSuffix(s.Advice, line) {
		t.Errorf("the advice does not end with the public half: %s", s.Advice)
	}
	if found := w.shownMessages(protocol.LogInfo, "Its public key has to be installed on The lab"); found[0].Detail != line {
		t.Errorf("shown %+v", found)
	}
	if asked[protocol.PurposePassword] != 0 || asked[protocol.PurposeNewKey] != 2 { // whether, and an empty passphrase
		t.Errorf("asked %v", asked)
	}
}

// TestNewKeyDeclined: a no counts for the life of the window, and the
// login continues without a key.
func TestNewKeyDeclined(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	file, host := withoutKey(t)
	asked := map[protocol.PromptPurpose]int{}
	w := brokenSetup{host: host, person: promptAnswers(asked, false, nil)}.window(t, site)
	for range 2 {
		brokenSetup{step: "login", code: fault.NoKey, answer: "there is none to offer", advice: "ssh-keygen"}.compare(t, w.check("lab", false))
	}
	if asked[protocol.PurposeNewKey] != 1 || len(asked) != 1 {
		t.Errorf("asked %v", asked)
	}
	if _, err := os.Lstat(file); err == nil {
		t.Error("a key was made all the same")
	}
}

// TestNewKeyByCode: the login that installs the key needs one one-time code.
// If the key is enough it is tried at once, and if it is not, the
// user is notified.
func TestNewKeyByCode(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	keys, err := site.ReadFile("login", authorizedKeys)
	must(t, err)
	defer func() { must(t, site.WriteFile("login", authorizedKeys, 0o600, string(keys))) }()
	for _, row := range []struct {
		methods string
		level   protocol.LogLevel
		message string
		next    map[protocol.PromptPurpose]int // what is asked at the next login
	}{
		{"publickey keyboard-interactive", protocol.LogInfo, "From now on the key", map[protocol.PromptPurpose]int{}},
		{"keyboard-interactive", protocol.LogWarning, "does not let you in", map[protocol.PromptPurpose]int{protocol.PurposeCode: 1}},
	} {
		t.Run(row.methods, func(t *testing.T) {
			g := startCodeSSHD(t, site, row.methods)
			_, host := withoutKey(t)
			typist, asked := &codePrompter{}, map[protocol.PromptPurpose]int{}
			person := func(method string, raw json.RawMessage) any {
				var q protocol.PromptSecretParams
				_ = json.Unmarshal(raw, &q)
				asked[q.Purpose]++ // one question at a time
				if q.Purpose == protocol.PurposeCode || method == protocol.MethodPromptConfirm {
					return typist.answer(method, raw)
				}
				return protocol.PromptSecretResult{} // no passphrase for the key
			}
			directives := host(t, site)
			directives["Port"], directives["KbdInteractiveAuthentication"] = g.port, "yes"
			x := brokenSetup{host: func(*testing.T, *testcluster.Site) map[string]string { return directives }, person: person}
			w := x.window(t, site)
			if result := w.check("lab", false); !result.OK {
				t.Errorf("%s", result.Report)
			}
			w.shownMessages(row.level, row.message)
			w.close()
			if asked[protocol.PurposeNewKey] != 2 || asked[protocol.PurposeCode] != 1 || len(asked) != 2 { // whether, and an empty passphrase
				t.Errorf("asked %v", asked)
			}
			if n := g.count("Accepted keyboard-interactive/pam"); n != 1 {
				t.Errorf("%d logins by code", n)
			}
			clear(asked)
			w = x.window(t, site)
			if result := w.check("lab", false); !result.OK || !maps.Equal(asked, row.next) {
				t.Errorf("the next login asked %v: %s", asked, result.Report)
			}
			w.close()
			if n := g.count("Failed keyboard-interactive"); n != 0 {
				t.Errorf("%d refused codes", n)
			}
		})
	}
}

// TestKeyAndCode: a host that wants both asks for the code once, for files too, and a wrong one is
// one refused login.
func TestKeyAndCode(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	g := startCodeSSHD(t, site, "publickey,keyboard-interactive")
	asked := map[protocol.PromptPurpose]int{}
	x := brokenSetup{host: withDirectives("Port", g.port, "KbdInteractiveAuthentication", "yes"),
		person: promptAnswers(asked, false, map[protocol.PromptPurpose]string{protocol.PurposeCode: "00000000"}),
		step:   "login", code: fault.AuthRefused, answer: "accepted the key", advice: "does not retry by itself"}
	w := x.window(t, site)
	x.compare(t, w.check("lab", false))
	w.close()
	x.person = promptAnswers(asked, false, map[protocol.PromptPurpose]string{protocol.PurposeCode: code(1)})
	w = x.window(t, site)
	if result := w.check("lab", false); !result.OK {
		t.Errorf("%s", result.Report)
	}
	must(t, w.call(protocol.MethodFileList, protocol.FileListParams{Cluster: "lab"}, &protocol.FileListResult{}))
	w.close()
	if asked[protocol.PurposeCode] != 2 || len(asked) != 1 {
		t.Errorf("asked %v", asked)
	}
	if in, refused := g.count("Accepted keyboard-interactive/pam for alice"), g.count("Failed keyboard-interactive/pam for alice"); in != 1 || refused != 1 {
		t.Errorf("%d logins, %d refused", in, refused)
	}
}

// startCodeSSHD returns a test sshd that asks for a one-time code, with further lines of sshd_config.
func startCodeSSHD(t *testing.T, site *testcluster.Site, methods string, lines ...string) *testSSHD {
	t.Helper()
	requireCodes(t, site)
	must(t, site.WriteFile("login", "/etc/pam.d/gate-2201.sshd", 0o600, codePAM))
	must(t, site.WriteFile("login", "/root/codes", 0o600, codesFile()))
	return startTestSSHD(t, site, 2201, append(lines, "UsePAM yes", "KbdInteractiveAuthentication yes", "AuthenticationMethods "+methods)...)
}

func requireCodes(t *testing.T, site *testcluster.Site) {
	t.Helper()
	if _, err := site.Exec(t.Context(), "login", "root", "sh", "-c", "ls /lib/*/security/pam_google_authenticator.so"); err != nil {
		t.Skip("needs libpam-google-authenticator")
	}
}

// codePAM asks for one of /root/codes, which codesFile is the text of.
const codePAM = "auth required pam_google_authenticator.so user=root secret=/root/codes\naccount required pam_permit.so\nsession required pam_permit.so\n"

func codesFile() string {
	text := "JBSWY3DPEHPK3PXP\n\" TOTP_AUTH\n"
	for n := range 9 {
		text += code(n+1) + "\n"
	}
	return text
}
