package testcluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

// requiredPrograms are what a site runs. scripts/setup.sh installs them.
var requiredPrograms = []string{"slurmctld", "slurmd", "sbatch", "munged", "/usr/sbin/sshd", "ssh", "ssh-keygen",
	"/usr/bin/jupyter-server", "bindfs", "ip", "nsenter", "setpriv"}

// installed reports whether the Debian in root has a program, by its name or path.
func installed(root, program string) bool {
	if root == "/" {
		_, err := exec.LookPath(program)
		return err == nil
	}
	for _, dir := range []string{"", "usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"} {
		if info, err := os.Stat(filepath.Join(root, dir, program)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// CheckSupport returns why this machine cannot run such a site, or nil.
func CheckSupport(o Options) error {
	if runtime.GOOS != "linux" {
		return errors.New("a site needs Linux")
	}
	if os.Geteuid() != 0 {
		return errors.New("a site needs root")
	}
	programs := requiredPrograms
	if o.DBD {
		programs = append(programs[:len(programs):len(programs)], "slurmdbd", "mariadbd")
	}
	var missing []string
	for _, p := range programs {
		if !installed(plan.Root(), p) {
			missing = append(missing, p)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not installed in %s: %s (run scripts/setup.sh there)", plan.Root(), strings.Join(missing, " "))
	}
	for _, device := range []string{"/dev/net/tun", "/dev/fuse"} {
		if _, err := os.Stat(device); err != nil {
			return err
		}
	}
	if o.PAM == "adopt" && !cgroupsSupported() {
		return errors.New("pam_slurm_adopt needs control groups of version 1 here")
	}
	if o.PrivateTmp && !cgroupsSupported() {
		return errors.New("a /tmp for each job needs control groups of version 1 here")
	}
	return nil
}
