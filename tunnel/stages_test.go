package tunnel

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// TestStagesAreTold: in their order, with what was found at each.
func TestStagesAreTold(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	key := p.key(s, "id", "")
	var told notices
	dial(t, p.target(s, key), Options{Notice: told.add})
	var kinds []string
	for _, n := range told.all {
		kinds = append(kinds, n.Kind)
	}
	if !slices.Equal(kinds, []string{NoticeConnected, NoticeHostKnown, NoticeLoggedIn}) || told.all[0].Host != "cluster" {
		t.Errorf("told %+v", told.all)
	}
	if told.count(NoticeConnected, "127.0.0.1:") != 1 || told.count(NoticeHostKnown, "ED25519 key SHA256:") != 1 || told.count(NoticeLoggedIn, key) != 1 {
		t.Errorf("told %+v", told.all)
	}
	told = notices{}
	dial(t, p.target(s), Options{Notice: told.add, Prompter: &answers{secrets: []string{testPassword}}})
	if n := told.all[len(told.all)-1]; n.Kind != NoticeLoggedIn || n.Text != "" {
		t.Errorf("a login by password is told as %+v", n)
	}
}

func TestLookUp(t *testing.T) {
	behind := Target{Name: "node", Host: "no-such-host.invalid", Port: 22, Via: &Target{Name: "login", Host: "127.0.0.1", Port: 22}}
	if found, err := LookUp(within(t), behind); err != nil || !slices.Equal(found, []string{"127.0.0.1"}) {
		t.Errorf("%q, %v", found, err)
	}
	_, err := LookUp(within(t), Target{Name: "typo", Host: "no-such-host.invalid", Port: 22})
	wantFault(t, err, fault.HostUnknown, "no-such-host.invalid", "VPN")
	if found, err := LookUp(within(t), Target{Host: "no-such-host.invalid", ProxyCommand: "nc x 22"}); found != nil || err != nil {
		t.Errorf("with a ProxyCommand: %q, %v", found, err)
	}
}

func TestNewKeyFile(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	usual := Target{PublicKey: true, IdentityFiles: []string{in("id_rsa"), in("id_ed25519"), in("id_dsa")}}
	if got := NewKeyFile(usual); got != in("id_ed25519") {
		t.Errorf("%q", got)
	}
	must(t, os.WriteFile(in("id_ed25519.pub"), nil, 0o600))
	if got := NewKeyFile(usual); got != in("id_rsa") {
		t.Errorf("beside one of another name: %q", got)
	}
	if got := NewKeyFile(Target{PublicKey: true, IdentityFiles: []string{in("id_ed25519"), in("agent.pub")}}); got != "" {
		t.Errorf("with no name free: %q", got)
	}
	if HasKey(within(t), usual) {
		t.Error("there is no key yet")
	}
	if _, err := MakeKey(in("id_rsa"), "", "locked"); err != nil || !HasKey(within(t), usual) {
		t.Errorf("a new key, locked, is not seen; %v", err)
	}
}
