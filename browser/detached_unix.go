//go:build !windows

package browser

import "syscall"

// detached gives a process a session of its own.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
