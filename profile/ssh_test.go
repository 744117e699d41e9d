package profile_test

import (
	"path/filepath"
	"testing"
)

func TestSSHProgram(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for word, want := range map[string]string{"own": "", "system": "ssh", "~/bin/hpc-ssh": filepath.Join(home, "bin", "hpc-ssh")} {
		if p := mustResolve(t, mustLoad(t, "", map[string]string{"SUNPYTER_SSH": word}), "", ""); p.SSH != want {
			t.Errorf("%s: %q", word, p.SSH)
		}
	}
	if p := mustResolve(t, mustLoad(t, "[cluster.lab]\nssh = \"system\"", map[string]string{"SUNPYTER_SSH": "own"}), "lab", ""); p.SSH != "" {
		t.Errorf("own changes nothing: %q", p.SSH)
	}
	if _, err := load(t, "[cluster.lab]\nssh = \"hpc-ssh\"", nil); err == nil {
		t.Error("a name without a path is taken")
	}
}
