package tunnel

import "syscall"

// systemChild makes an ssh program a child with a process group of its own and no
// terminal, which ends with us, also when we are killed.
func systemChild() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGTERM}
}
