//go:build !linux && !windows

package openssh

import "syscall"

// childAttributes makes an ssh program a child with a process group of its own and no
// terminal. If we are killed it stays until the next login; see sweep.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
