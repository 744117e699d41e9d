package transport

import (
	"slices"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestLookUp(t *testing.T) {
	t.Parallel()
	behind := sshconfig.Target{Name: "node", Host: "no-such-host.invalid", Port: 22,
		Route: sshconfig.Route{Via: &sshconfig.Target{Name: "login", Host: "127.0.0.1", Port: 22}}}
	if found, err := LookUp(sshtest.Context(t), behind); err != nil || !slices.Equal(found, []string{"127.0.0.1"}) {
		t.Errorf("%q, %v", found, err)
	}
	_, err := LookUp(sshtest.Context(t), sshconfig.Target{Name: "typo", Host: "no-such-host.invalid", Port: 22})
	sshtest.WantFault(t, err, fault.HostUnknown, "no-such-host.invalid", "VPN")
	if found, err := LookUp(sshtest.Context(t), sshconfig.Target{Host: "no-such-host.invalid",
		Route: sshconfig.Route{ProxyCommand: "nc x 22"}}); found != nil || err != nil {
		t.Errorf("with a ProxyCommand: %q, %v", found, err)
	}
}
