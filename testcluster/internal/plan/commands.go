package plan

import (
	"os"
	"path/filepath"
)

// slurmCommands are the commands that people call.
var slurmCommands = []string{"sacct", "sacctmgr", "salloc", "sattach", "sbatch", "sbcast", "scancel",
	"scontrol", "sdiag", "sinfo", "sprio", "squeue", "sreport", "srun", "sshare", "sstat"}

// optSlurm is where Slurm's commands lie with Plan.OptSlurm, and realSlurm
// where they lie behind the counting wrappers.
const (
	optSlurm  = "opt/slurm/bin"
	realSlurm = "usr/lib/slurm-counted"
)

// commands installs Slurm's commands on every host as planned.
func (p *Plan) commands(base string) error {
	if !p.OptSlurm {
		return nil
	}
	for _, c := range slurmCommands {
		if err := p.copyCommand(c, filepath.Join(base, optSlurm)); err != nil {
			return err
		}
		if err := hide(base, "usr/bin/"+c); err != nil {
			return err
		}
	}
	return nil
}

// wrapCommands replaces Slurm's commands in the layer of one host by wrappers
// that log each call; see package testcluster for the log's reader.
func (p *Plan) wrapCommands(layer string) error {
	dir := "usr/bin"
	if p.OptSlurm {
		dir = optSlurm
	}
	for _, c := range slurmCommands {
		if err := p.copyCommand(c, filepath.Join(layer, realSlurm)); err != nil {
			return err
		}
		if err := write(layer, filepath.Join(dir, c), countWrapper(c), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// countWrapper logs user, number of arguments, command and arguments, each ended
// by a NUL, in one write, and starts no process.
func countWrapper(command string) string {
	return "#!/bin/sh\n" +
		`printf '%s\0' "${LOGNAME:-root}" $# ` + command + ` "$@" >>` + CallsPath + "\n" +
		"exec /" + realSlurm + "/" + command + ` "$@"` + "\n"
}

// CallsPath is the call log as login sees it.
const CallsPath = "/var/log/slurm-calls"

// copyCommand copies the root's /usr/bin/name into dir.
func (p *Plan) copyCommand(name, dir string) error {
	program, err := os.ReadFile(filepath.Join(p.Root, "usr/bin", name))
	if err != nil {
		return err
	}
	return write(dir, name, string(program), 0o755)
}
