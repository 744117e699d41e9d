//go:build !windows

package detached

import "syscall"

// Attributes puts a child into a session of its own: the terminal's Ctrl+C does not reach it, and
// its children can neither read from the terminal nor be stopped by it.
func Attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
