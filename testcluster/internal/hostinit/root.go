//go:build linux

package hostinit

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/sa2c/sunpyter/testcluster/internal/cgroups"
	"github.com/sa2c/sunpyter/testcluster/internal/plan"
)

// mount is one call of mount(2), its target below the new root.
type mount struct {
	source, target, fstype string
	flags                  uintptr
	options                string
}

// enterRoot makes the host's root (that of the plan, with the site's layer
// and the host's own on top) and moves into it.
func enterRoot(p *plan.Plan, host string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	root := p.FS(host, "root")
	overlay := fmt.Sprintf("lowerdir=%s:%s,upperdir=%s,workdir=%s", p.FS("base"), p.Root, p.FS(host, "up"), p.FS(host, "work"))
	mounts := []mount{
		{"overlay", "", "overlay", 0, overlay},
		{"proc", "proc", "proc", 0, ""},
		{"/sys", "sys", "", unix.MS_BIND | unix.MS_REC, ""},
		{"/dev", "dev", "", unix.MS_BIND | unix.MS_REC, ""},
		{"tmpfs", "tmp", "tmpfs", 0, "mode=1777"},
		{"tmpfs", "run", "tmpfs", 0, "mode=755"},
		{"tmpfs", "home", "tmpfs", 0, "mode=755"}, // this machine's homes are never seen
		{p.FS("home"), "srv/home", "", unix.MS_BIND | unix.MS_REC, ""},
		{p.FS("cdt_storage"), "cdt_storage", "", unix.MS_BIND, ""},
		{p.LogDir(host), "var/log/slurm", "", unix.MS_BIND, ""},
	}
	if !p.HomeCache || host == "ctl" {
		mounts = append(mounts, mount{p.FS("home"), "home", "", unix.MS_BIND | unix.MS_REC, ""})
	}
	if host == "login" {
		mounts = append(mounts, mount{p.CallsFile(), plan.CallsPath, "", unix.MS_BIND, ""})
	}
	for _, m := range mounts {
		target := filepath.Join(root, m.target)
		if err := unix.Mount(m.source, target, m.fstype, m.flags, m.options); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.source, target, err)
		}
	}
	if p.Cgroups {
		if err := cgroups.MountIn(root); err != nil {
			return err
		}
	}
	return pivot(root)
}

// pivot makes root the root, and lets go of the old one.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil { // see pivot_root(2): the old one is then on top of the new
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return os.Chdir("/")
}
