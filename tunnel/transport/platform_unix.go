//go:build !windows

package transport

import (
	"cmp"
	"os"
	"os/exec"
	"syscall"
)

// shellCommand runs line, as ssh does, by the user's shell, whose start-up files may set PATH. It runs in a session
// of its own: without a terminal, and with a process group that can be ended as a whole.
func shellCommand(line string) *exec.Cmd {
	cmd := exec.Command(cmp.Or(os.Getenv("SHELL"), "/bin/sh"), "-c", "exec "+line)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// The system's errors for a refused connection, and for one that the far
// end has closed.
var (
	refusals = []error{syscall.ECONNREFUSED}
	resets   = []error{syscall.ECONNRESET, syscall.EPIPE}
)
