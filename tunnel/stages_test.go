package tunnel

import (
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// TestStagesAreTold: in their order, with what was found at each.
func TestStagesAreTold(t *testing.T) {
	s, p := startSSHD(t), newPerson(t)
	key := p.key(s, "id", "")
	var told notices
	dial(t, targetOf(p, s, key), Options{Notice: told.add})
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
	dial(t, targetOf(p, s), Options{Notice: told.add, Prompter: &answers{secrets: []string{testPassword}}})
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
