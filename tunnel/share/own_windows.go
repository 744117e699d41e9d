package share

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/windows"
)

// checkOwner has nothing to check: the user's temporary files, and the sockets among them,
// are closed to other users.
func checkOwner(string, fs.FileInfo) error { return nil }

// detached starts the daemon without a console, so that it outlives any.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
