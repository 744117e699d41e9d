package openssh

import "syscall"

// childAttributes makes an ssh program a child with a process group of its own and no
// terminal, which ends with us, also when we are killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
}
