//go:build !linux && !windows

package tunnel

import "syscall"

// systemChild makes an ssh program a child with a process group of its own and no
// terminal. If we are killed it stays until somebody logs in again; see sweep.
func systemChild() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
