package terminal

import "syscall"

// apart gives a child a process group of its own: the console's Ctrl+C does not reach it.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
