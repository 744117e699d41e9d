//go:build !windows

package browser

import "syscall"

// detached puts a process into a new session.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
