//go:build linux

package remote

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/slurm"
)

// TestContainerCommand: Apptainer is asked to show the folders and the GPUs, and old ipykernels, which do
// not know the message, get a signal for an interrupt. Apptainer is a stand-in that prints its arguments;
// the tests in e2e have the real one.
func TestContainerCommand(t *testing.T) {
	for name, row := range map[string]struct {
		gpus, ipykernel string
		want, title     string
	}{
		"no GPU":        {"", "6.17.1", `"interrupt_mode": "message"`, "--silent --nocolor exec --bind"},
		"a GPU":         {"1", "7.2.0", `"interrupt_mode": "message"`, "--silent --nocolor exec --nv --bind"},
		"old ipykernel": {"", "5.5.6", `"interrupt_mode": "signal"`, "--silent --nocolor exec --bind"},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			programs := filepath.Join(home, "programs")
			if err := os.Mkdir(programs, 0o755); err != nil {
				t.Fatal(err)
			}
			image := filepath.Join(home, "an image.sif")
			if err := os.WriteFile(image, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			testprogram.Write(t, filepath.Join(programs, "apptainer"), "#!/bin/sh\necho \"$@\" >\"$HOME/argv\"\necho sunpyter-python 3.12\necho sunpyter-ipykernel "+row.ipykernel+"\n")
			lines, err := kernelspecsLines("Lab", "", slurm.Environment{Container: image, ContainerBinds: []string{"~/programs:/data/p"}})
			if err != nil {
				t.Fatal(err)
			}
			script := "private=$HOME node=n1\nfail() { echo \"$@\"; exit 1; }\nfind_script() { :; }\ncd\n" + lines + "wait\n"
			cmd := exec.Command("/bin/bash", "-p", "-c", script)
			cmd.Env = []string{"HOME=" + home, "PATH=" + programs + ":/usr/bin:/bin", "SLURM_GPUS_ON_NODE=" + row.gpus}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			spec, err := os.ReadFile(filepath.Join(home, "jupyter/kernels/python3/kernel.json"))
			if err != nil || !strings.Contains(string(spec), row.want) || !strings.Contains(string(spec), `"Python 3.12 (an image, Lab)"`) {
				t.Errorf("%v: %s", err, spec)
			}
			argv, err := os.ReadFile(filepath.Join(home, "argv"))
			for _, words := range []string{row.title + " " + home + ":" + home + " --bind " + programs + ":/data/p", "--pwd " + home + " " + image + " python3 -c"} {
				if err != nil || !strings.Contains(string(argv), words) {
					t.Errorf("%v: arguments %q lack %q", err, argv, words)
				}
			}
			if _, err := os.Stat(filepath.Join(home, "trying")); err == nil {
				t.Error("Jupyter would never be reported")
			}
		})
	}
}
