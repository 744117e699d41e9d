//go:build !windows

package openssh

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

const (
	// dirPrefix begins the names of the folders of ssh programs.
	dirPrefix = "ssh-"
	// maxSocketDir is the longest folder's name in which an ssh program can make its
	// socket: it adds 17 characters to the name at first, and macOS allows 103.
	maxSocketDir = 103 - 17 - len("/ssh-1234567890/m")
)

// socketDir is the private folder of one ssh program, with its socket. A lock
// in it is held for the life of this process.
type socketDir struct {
	path string
	lock *flock.Flock
}

// newSocketDir creates one in base, and removes those whose owners were killed.
// If base is empty or too long it is among the temporary files.
func newSocketDir(base string) (*socketDir, error) {
	switch {
	case base != "" && len(base) <= maxSocketDir:
		sweep(base)
	case len(os.TempDir()) <= maxSocketDir:
		base = os.TempDir()
	default:
		base = "/tmp"
	}
	path, err := os.MkdirTemp(base, dirPrefix) // 0700
	if err != nil {
		return nil, err
	}
	f := &socketDir{path, flock.New(filepath.Join(path, "lock"), flock.SetPermissions(0o600))}
	if mine, err := f.lock.TryLock(); err != nil || !mine {
		f.remove()
		return nil, errors.Join(errors.New("the folder "+path+" cannot be locked"), err)
	}
	return f, nil
}

func (f *socketDir) socket() string { return filepath.Join(f.path, "m") }

func (f *socketDir) remove() {
	_ = os.RemoveAll(f.path)
	_ = f.lock.Close()
}

// sweep ends the ssh programs in base whose owners are gone, and removes their folders.
func sweep(base string) {
	locks, _ := filepath.Glob(filepath.Join(base, dirPrefix+"*", "lock"))
	for _, path := range locks {
		left := socketDir{filepath.Dir(path), flock.New(path)}
		if free, err := left.lock.TryLock(); err == nil && free {
			exitMaster(left.socket())
			left.remove()
			continue
		}
		_ = left.lock.Close()
	}
}
