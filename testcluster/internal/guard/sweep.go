//go:build linux

package guard

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/testcluster/internal/cgroups"
)

func lockFile(lab string) string   { return filepath.Join(lab, "lock") }
func groupsFile(lab string) string { return filepath.Join(lab, "groups") }

// Lock takes a new lab's lock, which the guardian then holds as long as it runs. The file gets
// its name only once it is locked, so that no sweep takes a lab that is being made for a dead
// one.
func Lock(lab string) (*os.File, error) {
	f, err := os.OpenFile(lockFile(lab)+".new", os.O_CREATE|os.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, os.Rename(f.Name(), lockFile(lab))
}

// Sweep removes what is left of sites whose guardian was itself killed: all
// their processes and mounts died with it, their control groups and lab
// folders (those that match pattern) did not. It is called before a start.
func Sweep(pattern string) {
	labs, _ := filepath.Glob(pattern)
	for _, lab := range labs {
		sweep(lab)
	}
}

func sweep(lab string) {
	lock, err := os.OpenFile(lockFile(lab), os.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return // just being made
	}
	defer lock.Close()
	if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return // alive
	}
	if groups, err := os.ReadFile(groupsFile(lab)); err == nil && len(groups) > 0 {
		if cgroups.Remove(strings.Split(string(groups), "\n")) != nil {
			return // the next sweep finds it again
		}
	}
	_ = os.RemoveAll(lab)
}
