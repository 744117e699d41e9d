//go:build linux

package remote

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/slurm"
)

// TestContainerCommand: Apptainer is asked to show the folders and the GPUs, and old ipykernels, which do
// not know the message, get a signal for an interrupt. Apptainer is a stand-in that prints its arguments;
// the tests in e2e have the real one.
func TestContainerCommand(t *testing.T) {
	for name, row := range map[string]struct {
		gpus, ipykernel string
		amd             bool
		want, title     string
	}{
		"no GPU":        {"", "6.17.1", false, `"interrupt_mode": "message"`, "--silent --nocolor exec --bind"},
		"a GPU":         {"1", "7.2.0", false, `"interrupt_mode": "message"`, "--silent --nocolor exec --nv --bind"},
		"a GPU of AMD":  {"1", "7.2.0", true, `"interrupt_mode": "message"`, "--silent --nocolor exec --rocm --bind"},
		"not asked for": {"", "7.2.0", true, `"interrupt_mode": "message"`, "--silent --nocolor exec --bind"},
		"old ipykernel": {"", "5.5.6", false, `"interrupt_mode": "signal"`, "--silent --nocolor exec --bind"},
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
			if row.amd {
				lines = strings.Replace(lines, "/dev/kfd", "/dev/null", 1)
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

// TestContainerVariables: those for the Python outside, and what conda and venv have set, are not in the container.
func TestContainerVariables(t *testing.T) {
	home := t.TempDir()
	testprogram.Write(t, filepath.Join(home, "apptainer"), "#!/bin/sh\nenv >\"$HOME/variables\"\necho sunpyter-python 3.12\necho sunpyter-ipykernel 7.2.0\n")
	if err := os.WriteFile(filepath.Join(home, "course.sif"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	lines, err := kernelspecsLines("Lab", "", slurm.Environment{Container: "~/course.sif"})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/bash", "-p", "-c", "private=$HOME node=n1\nfail() { echo \"$@\"; exit 1; }\nfind_script() { :; }\ncd\n"+lines+"wait\n")
	path := "PATH=" + home + ":/usr/bin:/bin"
	kept := []string{"A_COURSE=/opt/condas/x", "LINES_OF=a\n/opt/conda/b", "OMP_NUM_THREADS=2", path}
	cmd.Env = append([]string{"HOME=" + home, "CONDA_PREFIX=/opt/conda", "CONDA_DEFAULT_ENV=base", "CONDA_EXE=/opt/conda/bin/conda", "_CE_CONDA=", "VIRTUAL_ENV=/v", "VIRTUAL_ENV_PROMPT=(v)",
		"SSL_CERT_FILE=/opt/conda/ssl/cacert.pem", "PROJ_DATA=/opt/conda/share/proj", "TK_LIBRARY=/v/lib/tk", "PYTHONPATH=/p", "PYTHONHOME=/p", "LD_PRELOAD=libc.so.6"}, kept...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	variables, err := os.ReadFile(filepath.Join(home, "variables"))
	if err != nil {
		t.Fatal(err)
	}
	got := "\n" + string(variables)
	for _, variable := range cmd.Env[1:] {
		if is := strings.Contains(got, "\n"+variable+"\n"); is != slices.Contains(kept, variable) {
			t.Errorf("%s: %v in\n%s", variable, is, got)
		}
	}
}

// TestContainerThatHangs: its kernel is kept, with a notice, and Jupyter is reported.
func TestContainerThatHangs(t *testing.T) {
	home := t.TempDir()
	testprogram.Write(t, filepath.Join(home, "apptainer"), "#!/bin/sh\necho sunpyter-python 3.12\nexec sleep 1000\n")
	if err := os.WriteFile(filepath.Join(home, "course.sif"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	lines, err := kernelspecsLines("Lab", "", slurm.Environment{Container: "~/course.sif"})
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Replace(lines, "probe_limit=60", "probe_limit=1", 1)
	ctx, cancel := context.WithTimeout(t.Context(), pace.Limit(time.Minute))
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/bash", "-p", "-c", "private=$HOME node=n1\nfail() { echo \"$@\"; exit 1; }\nfind_script() { :; }\ncd\n"+lines+"wait\n")
	cmd.Env, cmd.WaitDelay = []string{"HOME=" + home, "PATH=" + home + ":/usr/bin:/bin"}, time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	notices, _ := os.ReadFile(filepath.Join(home, "notices"))
	verb, rest, _ := strings.Cut(strings.TrimSpace(string(notices)), " ")
	if verb != "slow-environment" || !strings.Contains(Notice(verb, rest), home+"/course.sif") {
		t.Errorf("notices %q", notices)
	}
	if _, err := os.Stat(filepath.Join(home, "trying")); err == nil {
		t.Error("Jupyter would never be reported")
	}
	if _, err := os.Stat(filepath.Join(home, "jupyter/kernels/python3/kernel.json")); err != nil {
		t.Error(err)
	}
}
