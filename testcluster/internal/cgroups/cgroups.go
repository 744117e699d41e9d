//go:build linux

// Package cgroups makes and removes a folder for each site in the control groups (version 1)
// that Slurm uses, so that two sites with nodes of the same name do not collide.
//
// The guardian enters the folder; a host that is started in a cgroup namespace
// then sees that folder as the root of all groups.
package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/internal/pace"
)

// controllers are those that Slurm's cgroup/v1 plugin uses.
var controllers = []string{"cpuset", "memory", "freezer", "cpu", "cpuacct", "devices"}

// mountPoint returns where Debian mounts a controller.
func mountPoint(controller string) string { return "/sys/fs/cgroup/" + controller }

// Supported reports whether this machine has the controllers, as version 1.
func Supported() bool {
	for _, c := range controllers {
		if _, err := os.Stat(filepath.Join(mountPoint(c), "cgroup.procs")); err != nil {
			return false
		}
	}
	return true
}

// Enter makes the folder name below this process's own group in every
// controller and moves this process into it. It returns the folders, for
// Leave and Remove, also when it fails half-way.
func Enter(name string) ([]string, error) {
	own, err := ownGroups()
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, c := range controllers {
		parent := filepath.Join(mountPoint(c), own[c])
		dir := filepath.Join(parent, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return dirs, err
		}
		dirs = append(dirs, dir)
		if c == "cpuset" { // empty in a new folder, and nothing may enter it then
			for _, f := range []string{"cpuset.cpus", "cpuset.mems"} {
				if err := copyValue(parent, dir, f); err != nil {
					return dirs, err
				}
			}
		}
		if err := enter(dir); err != nil {
			return dirs, err
		}
	}
	return dirs, nil
}

// Leave moves this process back to where it was.
func Leave(dirs []string) error {
	var errs []error
	for _, d := range dirs {
		errs = append(errs, enter(filepath.Dir(d)))
	}
	return errors.Join(errs...)
}

// Remove removes the folders and all below them. Their processes must have
// been killed; it waits up to 30 s, on an idle machine, for the kernel to let go of them.
func Remove(dirs []string) error {
	return pace.Await(30*time.Second, 10*time.Millisecond, func() error {
		var errs []error
		for _, d := range dirs {
			errs = append(errs, removeTree(d))
		}
		return errors.Join(errs...)
	})
}

// MountIn mounts the controllers afresh below root's /sys, in a cgroup
// namespace whose root is the site's folder.
func MountIn(root string) error {
	for _, c := range controllers {
		target := filepath.Join(root, mountPoint(c))
		if err := unix.Unmount(target, unix.MNT_DETACH); err != nil { // the machine's
			return fmt.Errorf("unmount %s: %w", target, err)
		}
		if err := unix.Mount("cgroup", target, "cgroup", 0, c); err != nil {
			return fmt.Errorf("mount cgroup %s: %w", c, err)
		}
	}
	return nil
}

func enter(dir string) error {
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0)
}

func copyValue(from, to, name string) error {
	v, err := os.ReadFile(filepath.Join(from, name))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, name), v, 0)
}

func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return unix.Rmdir(dir)
}

// ownGroups reads /proc/self/cgroup: by controller, the path of our group.
func ownGroups() (map[string]string, error) {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	own := map[string]string{}
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("/proc/self/cgroup: %q", line)
		}
		for _, c := range strings.Split(parts[1], ",") {
			own[c] = parts[2]
		}
	}
	return own, nil
}
