package sshtest

import (
	"os/exec"
	"syscall"
)

// TieToParent makes a child end with this process, also if that is killed.
func TieToParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
