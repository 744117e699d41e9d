package plan

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// hide makes path, which the root has, absent for the hosts: a
// whiteout, see the kernel's Documentation/filesystems/overlayfs.rst.
func hide(base, path string) error {
	full := filepath.Join(base, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	return unix.Mknod(full, unix.S_IFCHR, 0)
}

// hideBelow makes all that the root has below the folder path
// absent for the hosts.
func hideBelow(base, path string) error {
	return unix.Setxattr(filepath.Join(base, path), "trusted.overlay.opaque", []byte("y"), 0)
}
