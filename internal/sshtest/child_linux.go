package sshtest

import (
	"os/exec"
	"syscall"
)

// TieToParent lets a child end with this process, also when that is killed.
func TieToParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
