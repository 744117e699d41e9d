package share

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/windows"
)

// checkOwner has nothing to look at: the user's temporary files are closed to
// other users, and sockets in their folder with them.
func checkOwner(string, fs.FileInfo) error { return nil }

// detached starts the daemon without a console, so that it outlives any.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
