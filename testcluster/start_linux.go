package testcluster

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/testcluster/internal/cgroups"
	"github.com/sa2c/sunpyter/testcluster/internal/guard"
	"github.com/sa2c/sunpyter/testcluster/internal/hostinit"
	"github.com/sa2c/sunpyter/testcluster/internal/reexec"
)

// onLaptop, in the environment, marks a process on a laptop.
const onLaptop = "SUNPYTER_LAPTOP"

func registerRoles() {
	reexec.Register(guard.Role, guard.Run)
	reexec.Register(hostinit.Role, hostinit.Run)
	reexec.Register(guard.LaptopRole, guard.ClearLaptop)
}

// guardianCommand returns the command of the guardian, in a new mount namespace, without its
// owner's process group and terminal; on its owner's laptop, or a new one.
func guardianCommand(lab string) *exec.Cmd {
	cmd := reexec.Command(guard.Role, lab)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: unix.CLONE_NEWNS}
	if os.Getenv(onLaptop) == "" {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWNET
	}
	return cmd
}

func sweep(pattern string)                 { guard.Sweep(pattern) }
func cgroupsSupported() bool               { return cgroups.Supported() }
func lockLab(lab string) (*os.File, error) { return guard.Lock(lab) }

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
