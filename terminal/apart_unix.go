//go:build !windows

package terminal

import "syscall"

// apart returns a child a session of its own: the terminal's Ctrl+C does not reach
// it, and nothing that it starts can read from the terminal or be stopped by it.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
