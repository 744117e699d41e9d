package detached

import "syscall"

// createNoWindow starts a process with a console that is not shown (CREATE_NO_WINDOW).
const createNoWindow = 0x08000000

// Attributes puts a child into a process group and a console of its own: neither the console's
// Ctrl+C nor the end of a console whose window is closed, for which Windows allows five seconds,
// reaches it.
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | createNoWindow}
}
