package tunnel

import (
	"path/filepath"
	"testing"
)

func TestOrderOfKeys(t *testing.T) {
	p := newPerson(t)
	var agentKeys []string
	for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "a6", "named"} {
		agentKeys = append(agentKeys, p.key(nil, name, ""))
	}
	ring := gatherKeys(within(t), &Target{PublicKey: true, Agent: p.agent(agentKeys...), IdentityFiles: []string{p.key(nil, "file", ""), p.file("named")}})
	defer ring.close()
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
