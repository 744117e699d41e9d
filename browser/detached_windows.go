package browser

import "syscall"

// createNoWindow is for a process with a hidden console.
const createNoWindow = 0x08000000

// detached puts a process into a new group, with a new console.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | createNoWindow}
}
