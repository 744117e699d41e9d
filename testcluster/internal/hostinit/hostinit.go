//go:build linux

// Package hostinit is the first process of a host: it puts the host's root
// together, starts its daemons as a boot does, and then only reaps.
package hostinit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

// Role is the name under which the guardian starts a host's first process,
// with the lab folder and the host's name as arguments. File descriptor 3 is
// a pipe to which it writes "up" once the daemons are started.
const Role = "host"

// path is what daemons and commands find in PATH.
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Run runs a host until it is killed.
func Run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: LAB HOST")
	}
	p, err := plan.Load(args[0])
	if err != nil {
		return err
	}
	up := os.NewFile(3, "up")
	unix.CloseOnExec(3)
	if err := boot(p, args[1]); err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	if _, err := up.WriteString("up"); err != nil {
		return err
	}
	up.Close()
	return reap()
}

func boot(p *plan.Plan, host string) error {
	if err := unix.Sethostname([]byte(host)); err != nil {
		return err
	}
	if err := enterRoot(p, host); err != nil {
		return err
	}
	os.Clearenv()
	os.Setenv("PATH", path)
	if p.HomeCache && host != "ctl" {
		if err := run(plan.CachedHome...); err != nil {
			return err
		}
	}
	return startDaemons(p, host)
}

func startDaemons(p *plan.Plan, host string) error {
	script := startMunge
	switch {
	case host == "ctl" && p.DBD:
		script += startDBD + "slurmctld -i"
	case host == "ctl":
		script += "slurmctld -i"
	case p.IsNode(host) && p.PrivateTmp:
		script += startHoldingSlurmd + startSSHD
	case p.IsNode(host):
		script += "slurmd\n" + startSSHD
	default:
		script += startSSHD
	}
	return run("sh", "-exc", script)
}

// startMunge also makes the folders that the Debian packages' start scripts would make.
const startMunge = `
install -d /run/sshd /var/lib/slurmd
install -d -o munge -g munge /run/munge
install -d -o munge -g munge -m 700 /var/log/munge /var/lib/munge
install -d -o slurm -g slurm /var/lib/slurmctld /var/log/slurm
setpriv --reuid=munge --regid=munge --clear-groups munged --num-threads=4
`

// startHoldingSlurmd starts slurmd where jobs have a /tmp of their own: on a processor that can hold
// their namespaces in files, as job_container/tmpfs does for each job. Linux 6.18 numbers
// namespaces by processor, and refuses to hold one with a smaller number than that of the
// namespace around it.
const startHoldingSlurmd = `
: >/run/held
for cpu in $(seq 0 $(($(nproc) - 1))); do
  if taskset -c $cpu unshare --mount=/run/held true; then break; fi
done
umount /run/held # fails if none can
taskset -c $cpu slurmd
`

const startSSHD = "/usr/sbin/sshd -E /var/log/slurm/sshd.log"

// run runs a command to its end, with its output in this process's log.
func run(command ...string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(command[0]), err)
	}
	return nil
}

// reap collects the processes that lost their parent, for ever: a host ends
// when its first process is killed.
func reap() error {
	for {
		_, err := unix.Wait4(-1, nil, 0, nil)
		if err != nil && !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.ECHILD) {
			return err
		}
		if errors.Is(err, unix.ECHILD) {
			if err := unix.Pause(); err != nil && !errors.Is(err, unix.EINTR) {
				return err
			}
		}
	}
}
