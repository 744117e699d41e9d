package terminal

import "syscall"

// createNoWindow returns a process a console of its own that is not shown.
const createNoWindow = 0x08000000

// apart returns a child a process group and a console of its own: the console's Ctrl+C does
// not reach it, nor does the end of a console whose window is closed, which Windows
// gives five seconds. The child sees the end of its input, and releases in peace.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | createNoWindow}
}
