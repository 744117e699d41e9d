//go:build !windows

package sshauth

import (
	"io/fs"
	"os"
	"syscall"
)

// tooOpen reports whether a private key file of ours has permissions that ssh
// refuses. Like ssh it ignores files of other users.
func tooOpen(path string) (fs.FileMode, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, false
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Getuid() {
		return 0, false
	}
	mode := info.Mode().Perm()
	return mode, mode&0o077 != 0
}
