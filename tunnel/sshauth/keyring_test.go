package sshauth

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

func TestOrderOfKeys(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	var agentKeys []string
	for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "a6", "named"} {
		agentKeys = append(agentKeys, p.Key(nil, name, ""))
	}
	ring := LoadKeyring(sshtest.Context(t), &sshconfig.Target{Methods: sshconfig.Methods{PublicKey: true},
		Keys: sshconfig.Keys{Agent: p.Agent(agentKeys...), IdentityFiles: []string{p.Key(nil, "file", ""), p.File("named")}}})
	defer ring.Close()
	var got []string
	for _, id := range ring.ids {
		got = append(got, filepath.Base(id.label))
	}
	want := []string{"agent key named", "agent key a1", "agent key a2", "agent key a3", "agent key a4", "file"}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestKeysThatAreTooMany: what the configuration names and is not offered is reported.
func TestKeysThatAreTooMany(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	target := sshconfig.Target{Methods: sshconfig.Methods{PublicKey: true}}
	for _, name := range []string{"f1", "f2", "f3", "f4", "f5", "f6", "f7"} {
		target.Keys.IdentityFiles = append(target.Keys.IdentityFiles, p.Key(nil, name, ""))
	}
	ring := LoadKeyring(sshtest.Context(t), &target)
	if len(ring.ids) != maxOffers || len(ring.notes) != 1 || !strings.Contains(ring.notes[0], "f7 was not offered") {
		t.Errorf("%d keys, notes %q", len(ring.ids), ring.notes)
	}
}
