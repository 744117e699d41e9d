//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// noKeyYet gives directives for a key that is still to be made, and its file.
func noKeyYet(t *testing.T) (file string, host func(*testing.T, *testcluster.Site) map[string]string) {
	file = filepath.Join(t.TempDir(), "id_ed25519")
	return file, with("IdentityFile", file)
}

// newKeyIsMade: who has no key is asked, types the password once, and the next
// login is by the key.
func newKeyIsMade(t *testing.T, site *testcluster.Site) {
	took(t)
	file, host := noKeyYet(t)
	keys := func() string {
		text, err := site.Exec(t.Context(), "login", "alice", "cat", ".ssh/authorized_keys")
		must(t, err)
		return text
	}
	before := keys()
	defer func() { must(t, site.WriteFile("login", "/home/alice/.ssh/authorized_keys", 0o600, before)) }()

	asked := map[protocol.PromptPurpose]int{}
	x := trouble{host: host, person: answering(asked, true, map[protocol.PromptPurpose]string{protocol.PurposePassword: "secret", protocol.PurposeNewKey: "open sesame"})}
	w := x.window(t, site)
	if result := w.check("lab", false); !result.OK {
		t.Errorf("%s", result.Report)
	}
	if asked[protocol.PurposePassword] != 1 || asked[protocol.PurposeNewKey] != 3 { // whether, and the passphrase twice
		t.Errorf("asked %v", asked)
	}
	w.told(protocol.LogInfo, "From now on the key "+file+" lets you in")
	public, err := os.ReadFile(file + ".pub")
	must(t, err)
	if !strings.Contains(keys(), strings.Join(strings.Fields(string(public))[:2], " ")) {
		t.Error("the public half is not in place")
	}
	w.close()

	asked = map[protocol.PromptPurpose]int{}
	x.person = answering(asked, false, map[protocol.PromptPurpose]string{protocol.PurposePassphrase: "open sesame"})
	x.host = with("IdentityFile", file)
	result := x.window(t, site).check("lab", false)
	if s := outcomeOf(t, result, "login"); s.Outcome != protocol.CheckOK || !strings.Contains(s.Detail, file) || asked[protocol.PurposePassphrase] != 1 || len(asked) != 1 {
		t.Errorf("%+v; asked %v", s, asked)
	}
}

// newKeyIsShown: where keys are the only way in the person has to put it there.
func newKeyIsShown(t *testing.T, site *testcluster.Site) {
	took(t)
	file, host := noKeyYet(t)
	asked := map[protocol.PromptPurpose]int{}
	x := trouble{host: host, person: answering(asked, true, nil), profile: func(p *protocol.ClusterProfile) { keys := true; p.KeysOnly = &keys },
		step: "login", code: fault.NoKey, answer: "the new one, " + file, advice: "ssh-copy-id -i " + file}
	w := x.window(t, site)
	result := w.check("lab", false)
	x.judge(t, result)
	public, err := os.ReadFile(file + ".pub")
	must(t, err)
	line := strings.TrimSpace(string(public))
	if s := outcomeOf(t, result, "login"); !strings.HasSuffix(s.Advice, line) {
		t.Errorf("the advice does not end with the public half: %s", s.Advice)
	}
	if found := w.told(protocol.LogInfo, "Its public half has to be put on The lab"); found[0].Detail != line {
		t.Errorf("told %+v", found)
	}
	if asked[protocol.PurposePassword] != 0 || asked[protocol.PurposeNewKey] != 2 { // whether, and an empty passphrase
		t.Errorf("asked %v", asked)
	}
}

// TestNewKeyIsNotWanted: a no is a no, for as long as the window lives, and the
// login goes on without.
func TestNewKeyIsNotWanted(t *testing.T) {
	took(t)
	site := testcluster.Shared(t)
	file, host := noKeyYet(t)
	asked := map[protocol.PromptPurpose]int{}
	w := trouble{host: host, person: answering(asked, false, nil)}.window(t, site)
	for range 2 {
		trouble{step: "login", code: fault.NoKey, answer: "there is none to offer", advice: "ssh-keygen"}.judge(t, w.check("lab", false))
	}
	if asked[protocol.PurposeNewKey] != 1 || len(asked) != 1 {
		t.Errorf("asked %v", asked)
	}
	if _, err := os.Lstat(file); err == nil {
		t.Error("a key was made all the same")
	}
}
