//go:build !windows

package rpcclient

import "syscall"

// detached puts a child into a session of its own: the terminal's Ctrl+C does not reach it, and
// its children can neither read from the terminal nor be stopped by it.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
