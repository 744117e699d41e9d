//go:build linux

package share

import (
	"testing"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// TestOneClientPrompts: only one of the programs that share a login prompts at a time.
func TestOneClientPrompts(t *testing.T) {
	t.Parallel()
	o := Options{Program: []string{"sunpyter"}, Folder: t.TempDir() + "/run"}
	here, there := sshconfig.Target{Host: "here"}, sshconfig.Target{Host: "there"}
	first := Claim(here, o)
	if first == nil || Claim(here, o) != nil {
		t.Fatal("not one asks")
	}
	if other := Claim(there, o); other == nil {
		t.Error("nobody asks about another host")
	} else {
		other()
	}
	if alone := Claim(here, Options{Folder: o.Folder}); alone == nil {
		t.Error("one that shares nothing does not ask")
	}
	first()
	second := Claim(here, o)
	if second == nil {
		t.Fatal("nobody asks after the first")
	}
	second()
}
