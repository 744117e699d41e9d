//go:build linux

package remote

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/slurm"
)

// TestEnvironmentThatTakesLong: a Python that does not answer is reported, and Jupyter starts: on a slow disk
// its kernels may start as well. One that cannot load ipykernel ends the start.
func TestEnvironmentThatTakesLong(t *testing.T) {
	for name, row := range map[string]struct{ python, notice, failed string }{
		"works":      {"exit 0", "", ""},
		"hangs":      {"sleep 1000", "slow-environment", ""},
		"hangs on":   {"trap '' TERM; sleep 1000", "slow-environment", ""},
		"no kernels": {`case $* in *ipykernel*) echo "No module named ipykernel" >&2; exit 1;; esac`, "", "kernel-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			private, env := filepath.Join(dir, "private"), filepath.Join(dir, "it's ml")
			for _, one := range []string{private, filepath.Join(env, "bin")} {
				if err := os.MkdirAll(one, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(env, "bin/python"), []byte("#!/bin/bash\n"+row.python+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			lines, err := kernelspecsLines("Lab", "", slurm.Environment{Chosen: slurm.Chosen{Path: env, Title: "ml"}})
			if err != nil {
				t.Fatal(err)
			}
			lines = strings.Replace(lines, "probe_limit=60", "probe_limit=1", 1)
			script := "private=" + loginshell.Quote(private) + "\nfail() { printf '%s' \"$1\" >\"$private/failed\"; exit 1; }\n" + lines + "\nwait"
			cmd := exec.CommandContext(t.Context(), "/bin/bash", "--norc", "-p", "-c", script)
			cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
			out, _ := cmd.CombinedOutput()
			read := func(name string) string {
				text, _ := os.ReadFile(filepath.Join(private, name))
				return string(text)
			}
			if got := read("failed"); got != row.failed {
				t.Errorf("failed %q, want %q: %s", got, row.failed, out)
			}
			verb, rest, _ := strings.Cut(strings.TrimSpace(read("notices")), " ")
			if verb != row.notice {
				t.Errorf("notice %q, want %q", verb, row.notice)
			}
			if notice := Notice(verb, rest); verb != "" && !strings.Contains(notice, env) {
				t.Errorf("%q", notice)
			}
			if spec := read("jupyter/kernels/python3/kernel.json"); !strings.Contains(spec, `"path": "`+env+`"`) {
				t.Errorf("the kernelspec %s", spec)
			}
		})
	}
}
