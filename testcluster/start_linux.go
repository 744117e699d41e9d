package testcluster

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/testcluster/internal/cgroups"
	"github.com/sa2c/sunpyter/testcluster/internal/guard"
	"github.com/sa2c/sunpyter/testcluster/internal/hostinit"
	"github.com/sa2c/sunpyter/testcluster/internal/plan"
	"github.com/sa2c/sunpyter/testcluster/internal/reexec"
)

// onLaptop, in the environment, marks a process on a laptop.
const onLaptop = "SUNPYTER_LAPTOP"

func init() {
	reexec.Dispatch(map[string]func([]string) error{
		guard.Role: guard.Run, hostinit.Role: hostinit.Run, guard.LaptopRole: guard.ClearLaptop,
	})
}

func cgroupsSupported() bool { return cgroups.Supported() }

// launch starts a guardian and waits until its site is up. owner is what it
// watches for the end of its owner.
func launch(o Options, owner *os.File) (*Site, *exec.Cmd, error) {
	p, err := plan.New(o)
	if err != nil {
		return nil, nil, err
	}
	lock, err := makeLab(p)
	if err != nil {
		return nil, nil, err
	}
	defer lock.Close()
	ready, theirs, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer ready.Close()
	cmd := reexec.Command(guard.Role, p.Lab)
	// In a new mount namespace, without its owner's process group and terminal; on its owner's laptop, or a new one.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: unix.CLONE_NEWNS}
	if os.Getenv(onLaptop) == "" {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWNET
	}
	cmd.ExtraFiles = []*os.File{theirs, owner, lock}
	log, err := os.Create(filepath.Join(p.Lab, "log", "guardian.log"))
	if err != nil {
		return nil, nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("start the guardian: %w", err), os.RemoveAll(p.Lab))
	}
	if report, err := io.ReadAll(ready); err != nil || string(report) != "up" {
		_ = cmd.Wait() // the report has the reason
		return nil, nil, errors.Join(fmt.Errorf("the site did not start: %s", report), err)
	}
	s, err := connect(p)
	return s, cmd, err
}

// makeLab makes the site's folder, with the plan in it and its lock held.
func makeLab(p *plan.Plan) (lock *os.File, err error) {
	guard.Sweep(filepath.Join(os.TempDir(), labPattern))
	p.Lab, err = os.MkdirTemp("", labPattern)
	if err != nil {
		return nil, err
	}
	lock, err = guard.Lock(p.Lab)
	p.Cgroups = cgroups.Supported()
	return lock, errors.Join(err, os.Chmod(p.Lab, 0o755), os.Mkdir(filepath.Join(p.Lab, "log"), 0o755), p.Save())
}

// EnterLaptop puts this whole process on a new laptop, an empty network namespace: it executes
// the program again, so call it first. It does nothing in a process that is on a laptop, or
// without permission.
func EnterLaptop() error {
	if os.Getenv(onLaptop) != "" || os.Geteuid() != 0 {
		return nil
	}
	runtime.LockOSThread() // the namespace is the thread's, and the thread that calls exec is the one that remains
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("make a network for the laptop: %w", err)
	}
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link set lo up: %w: %s", err, out)
	}
	return unix.Exec("/proc/self/exe", os.Args, append(os.Environ(), onLaptop+"="+strconv.Itoa(os.Getpid())))
}

// clearLaptop sees to it that nothing is left on this process's own laptop once it has
// ended, and with it the file that is returned. It does nothing on another's.
func clearLaptop() (*os.File, error) {
	if os.Getenv(onLaptop) != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd := reexec.Command(guard.LaptopRole)
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return ours, cmd.Start()
}
