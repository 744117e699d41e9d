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
	"runtime"
	"strconv"

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
	if err := daemonFolders(); err != nil {
		return err
	}
	if err := run("setpriv", "--reuid=munge", "--regid=munge", "--clear-groups", "munged", "--num-threads=4"); err != nil {
		return err
	}
	switch {
	case host == "ctl":
		if p.DBD {
			if err := run("sh", "-exc", startDBD); err != nil {
				return err
			}
		}
		return run("slurmctld", "-i")
	case p.IsNode(host):
		if err := startSlurmd(p); err != nil {
			return err
		}
	}
	return run("/usr/sbin/sshd", "-E", "/var/log/slurm/sshd.log")
}

// holdNamespace keeps a new mount namespace in a file, as job_container/tmpfs does for each job.
const holdNamespace = `: >/run/held; unshare --mount=/run/held true; umount /run/held; rm /run/held`

// startSlurmd starts it, where jobs have a /tmp of their own on a processor that can hold
// their namespaces: Linux 6.18 numbers namespaces by processor, and refuses to hold
// one with a smaller number than that of the namespace around it.
func startSlurmd(p *plan.Plan) error {
	if !p.PrivateTmp {
		return run("slurmd")
	}
	for cpu := range runtime.NumCPU() {
		on := strconv.Itoa(cpu)
		if run("taskset", "-c", on, "sh", "-ec", holdNamespace) == nil {
			return run("taskset", "-c", on, "slurmd")
		}
	}
	return errors.New("no processor can hold a namespace")
}

// daemonFolders makes what the Debian packages' start scripts would make.
func daemonFolders() error {
	for _, d := range []struct {
		path, owner string
		mode        os.FileMode
	}{
		{"/run/sshd", "root", 0o755}, {"/run/munge", "munge", 0o755}, {"/var/log/munge", "munge", 0o700},
		{"/var/lib/munge", "munge", 0o700}, {"/var/lib/slurmctld", "slurm", 0o755}, {"/var/lib/slurmd", "root", 0o755},
		{"/var/log/slurm", "slurm", 0o755},
	} {
		if err := os.MkdirAll(d.path, d.mode); err != nil {
			return err
		}
		if err := os.Chmod(d.path, d.mode); err != nil {
			return err
		}
		if err := plan.Chown("/", d.path, d.owner); err != nil {
			return err
		}
	}
	return nil
}

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
