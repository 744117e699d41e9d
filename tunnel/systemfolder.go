//go:build !windows

package tunnel

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

const (
	// systemPrefix begins the names of the folders of ssh programs.
	systemPrefix = "ssh-"
	// maxSocketFolder is the longest folder's name in which an ssh program can make its
	// socket: it adds 17 characters to the name at first, and macOS allows 103.
	maxSocketFolder = 103 - 17 - len("/ssh-1234567890/m")
)

// systemFolder is the private folder of one ssh program, with its socket. A lock
// in it is held as long as we live.
type systemFolder struct {
	path string
	lock *flock.Flock
}

// newSystemFolder makes one in base, and removes those there whose owners were killed.
// Where base is empty or too long it is among the temporary files.
func newSystemFolder(base string) (*systemFolder, error) {
	switch {
	case base != "" && len(base) <= maxSocketFolder:
		sweep(base)
	case len(os.TempDir()) <= maxSocketFolder:
		base = os.TempDir()
	default:
		base = "/tmp"
	}
	path, err := os.MkdirTemp(base, systemPrefix) // 0700
	if err != nil {
		return nil, err
	}
	f := &systemFolder{path, flock.New(filepath.Join(path, "lock"), flock.SetPermissions(0o600))}
	if mine, err := f.lock.TryLock(); err != nil || !mine {
		f.remove()
		return nil, errors.Join(errors.New("the folder "+path+" cannot be locked"), err)
	}
	return f, nil
}

func (f *systemFolder) socket() string { return filepath.Join(f.path, "m") }

func (f *systemFolder) remove() {
	_ = os.RemoveAll(f.path)
	_ = f.lock.Close()
}

// sweep ends the ssh programs in base that nobody owns any more, and removes their folders.
func sweep(base string) {
	locks, _ := filepath.Glob(filepath.Join(base, systemPrefix+"*", "lock"))
	for _, path := range locks {
		left := systemFolder{filepath.Dir(path), flock.New(path)}
		if free, err := left.lock.TryLock(); err == nil && free {
			exitMaster(left.socket())
			left.remove()
			continue
		}
		_ = left.lock.Close()
	}
}
