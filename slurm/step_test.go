package slurm

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/loginshell/shelltest"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// A step takes its options from the command line alone, also with an old srun.
func TestStepCommand(t *testing.T) {
	home := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		testprogram.Write(t, filepath.Join(home, name), text)
	}
	write("bin/sbatch", "#!/bin/sh\n")
	srun := func(help string) {
		t.Helper()
		write("bin/srun", "#!/bin/bash\n"+
			"if [ \"$1\" = --help ]; then echo '"+help+"'; exit; fi\n"+
			"printf '<%s>' \"$@\"; env | grep -E '^(SLURM|SRUN|SBATCH)_'; cat\n")
	}
	write(".bash_profile", "export PATH=$HOME/bin:$PATH SLURM_UNBUFFEREDIO=0 SRUN_CPUS_PER_TASK=9 SBATCH_GRES=x SLURM_CONF=/c\n")
	run := func() string {
		t.Helper()
		out, _ := shelltest.Run(t, "bash", home, StepCommand("17", "echo 'a b'\n"), "bytes")
		text, err := loginshell.StripNoise([]byte(out))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	srun("--overlap  Allow steps to overlap")
	got := run()
	for _, want := range []string{"<--jobid=17>", "<--overlap>", "<--mem=0>", "<--unbuffered>", "<--export=NONE>", "</bin/bash><--norc><-p><-c><echo 'a b'\n>", "SLURM_CONF=/c\nbytes"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
	if strings.Contains(got, "UNBUFFEREDIO") || strings.Contains(got, "SRUN_") || strings.Contains(got, "SBATCH_") {
		t.Errorf("the environment counts: %q", got)
	}
	srun("--exclusive  as in 2019")
	if got := run(); strings.Contains(got, "--overlap") || !strings.Contains(got, "<--jobid=17>") {
		t.Errorf("an old srun gets %q", got)
	}
}
