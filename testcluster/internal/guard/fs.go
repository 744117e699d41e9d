//go:build linux

package guard

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

const (
	// homeSize is the size of a user's home.
	homeSize = "1g"
	// busyHome is how long a home may be too busy to be made read-only.
	busyHome = 30 * time.Second
)

// makeFS mounts the site's file systems, in memory and in the guardian's own
// mount namespace, so that they vanish with it, and makes the folders.
func (g *guardian) makeFS() error {
	p := g.plan
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := mountTmpfs(p.FS(), "mode=755,size=4g"); err != nil {
		return err
	}
	for _, u := range plan.Users {
		if err := mountTmpfs(p.FS("home", u.Name), "mode=700,size="+homeSize); err != nil {
			return err
		}
	}
	for _, h := range p.Hosts() {
		for _, dir := range []string{p.FS(h, "up"), p.FS(h, "work"), p.FS(h, "root"), p.LogDir(h)} {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
	}
	if err := os.WriteFile(p.CallsFile(), nil, 0o600); err != nil {
		return err
	}
	return os.Chmod(p.CallsFile(), 0o622) // users' wrappers append to it
}

func mountTmpfs(dir, options string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		return fmt.Errorf("mount tmpfs on %s: %w", dir, err)
	}
	return nil
}

// setHome makes a user's home "full", "read-only" or "normal", on all hosts at
// once, because it is one file system with one set of options.
func (g *guardian) setHome(user, state string) error {
	dir := g.plan.FS("home", user)
	flags, size := uintptr(unix.MS_REMOUNT), homeSize
	switch state {
	case "normal":
	case "read-only":
		flags |= unix.MS_RDONLY
	case "full":
		var st unix.Statfs_t
		if err := unix.Statfs(dir, &st); err != nil {
			return err
		}
		// No smaller than what is in it; 0 would mean unlimited.
		size = fmt.Sprint(max(1, st.Blocks-st.Bfree) * uint64(st.Bsize))
	default:
		return fmt.Errorf("a home can be full, read-only or normal, not %q", state)
	}
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		err := unix.Mount("tmpfs", dir, "", flags, "size="+size)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, unix.EBUSY):
			return fmt.Errorf("make %s's home %s: %w", user, state, err)
		case pace.Over(begun, pace.Limit(busyHome)):
			return fmt.Errorf("make %s's home %s: %w (a file in it is open for writing)", user, state, err)
		}
	}
}
