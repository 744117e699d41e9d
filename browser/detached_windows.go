package browser

import "syscall"

// createNoWindow gives a process a console that is not shown.
const createNoWindow = 0x08000000

// detached gives a process a group and a console of its own.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | createNoWindow}
}
