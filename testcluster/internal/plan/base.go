package plan

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Build fills FS: the layer that all hosts have above Root
// (users, Slurm's configuration, keys), the users' homes and /cdt_storage.
func (p *Plan) Build() error {
	for _, step := range []func(base string) error{
		p.makeFolders, p.accounts, p.slurmFiles, p.mungeKey, p.hideHostKeys, p.hostKeys,
		func(string) error { return p.userKeys() }, p.commands, p.modules, p.loginShells,
	} {
		if err := step(p.FS("base")); err != nil {
			return err
		}
	}
	return nil
}

// write writes dir/name and makes the folders on the way.
func write(dir, name, content string, mode os.FileMode) error {
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		return err
	}
	return os.Chmod(path, mode) // whatever the umask
}

func (p *Plan) makeFolders(base string) error {
	for _, d := range []string{"home", "cdt_storage", "srv/home", "opt", "var/lib", "var/log/slurm"} {
		if err := os.MkdirAll(filepath.Join(base, d), 0o755); err != nil {
			return err
		}
	}
	if err := write(base, CallsPath, "", 0o622); err != nil { // the call log is mounted on it
		return err
	}
	for _, u := range Users {
		for dir, mode := range map[string]os.FileMode{p.FS("home", u.Name): 0o700, p.FS("cdt_storage", u.Name): 0o755} {
			if err := os.MkdirAll(dir, mode); err != nil {
				return err
			}
			if err := os.Chmod(dir, mode); err != nil {
				return err
			}
			if err := os.Chown(dir, u.ID, u.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// accounts adds the site's users to the machine's.
func (p *Plan) accounts(base string) error {
	for name, line := range map[string]func(User) string{
		"etc/passwd": func(u User) string {
			shell := p.Shells[u.Name]
			if shell == "" {
				shell = "/bin/bash"
			}
			return fmt.Sprintf("%s:x:%d:%d:test user:/home/%[1]s:%[4]s\n", u.Name, u.ID, u.ID, shell)
		},
		"etc/group":  func(u User) string { return fmt.Sprintf("%s:x:%d:\n", u.Name, u.ID) },
		"etc/shadow": func(u User) string { return u.Name + ":*:19000:0:99999:7:::\n" },
	} {
		data, err := os.ReadFile(filepath.Join(p.Root, name))
		if err != nil {
			return err
		}
		var b strings.Builder
		b.Write(data)
		for _, u := range Users {
			b.WriteString(line(u))
		}
		mode := os.FileMode(0o644)
		if name == "etc/shadow" {
			mode = 0o600
		}
		if err := write(base, name, b.String(), mode); err != nil {
			return err
		}
	}
	hosts := "127.0.0.1 localhost\n"
	for _, h := range p.Hosts() {
		hosts += p.Addr(h) + " " + h + "\n"
	}
	return write(base, "etc/hosts", hosts, 0o644)
}

func (p *Plan) slurmFiles(base string) error {
	if err := write(base, "etc/slurm/slurm.conf", p.slurmConf(), 0o644); err != nil {
		return err
	}
	if p.DBD {
		if err := write(base, "etc/slurm/slurmdbd.conf", dbdConf, 0o600); err != nil {
			return err
		}
		if err := p.chown(filepath.Join(base, "etc/slurm/slurmdbd.conf"), "slurm"); err != nil {
			return err
		}
	}
	if p.PrivateTmp {
		if err := write(base, "etc/slurm/job_container.conf", jobContainerConf, 0o644); err != nil {
			return err
		}
	}
	if p.GPUs > 0 {
		if err := write(base, "etc/slurm/gres.conf", p.gresConf(), 0o644); err != nil {
			return err
		}
		for i := range p.GPUs {
			// A device that does what /dev/null does: Slurm names GPUs to jobs by their files alone.
			if err := makeDevice(filepath.Join(base, gpuFiles[1:]+strconv.Itoa(i)), "1", "3"); err != nil {
				return err
			}
		}
	}
	cgroups, err := p.cgroupConf()
	if err != nil {
		return err
	}
	return write(base, "etc/slurm/cgroup.conf", cgroups, 0o644)
}

// makeDevice makes the file of a character device, and the folders on the way.
func makeDevice(path, major, minor string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if out, err := exec.Command("mknod", "-m", "666", path, "c", major, minor).CombinedOutput(); err != nil {
		return fmt.Errorf("mknod: %w: %s", err, out)
	}
	return nil
}

// hide makes path, which the root has, absent for the hosts: a whiteout, see the kernel's
// Documentation/filesystems/overlayfs.rst.
func hide(base, path string) error { return makeDevice(filepath.Join(base, path), "0", "0") }

// mungeKey makes the key by which the hosts' daemons know each other.
func (p *Plan) mungeKey(base string) error {
	key := make([]byte, 128)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	if err := write(base, "etc/munge/munge.key", string(key), 0o600); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Join(base, "etc/munge"), 0o700); err != nil {
		return err
	}
	for _, path := range []string{"etc/munge", "etc/munge/munge.key"} {
		if err := p.chown(filepath.Join(base, path), "munge"); err != nil {
			return err
		}
	}
	return nil
}

// chown makes path belong to a system user of the hosts' Debian, which may have
// other numbers than this machine.
func (p *Plan) chown(path, name string) error {
	users, err := os.ReadFile(filepath.Join(p.Root, "etc/passwd"))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(users)) {
		f := strings.Split(line, ":")
		if len(f) < 4 || f[0] != name {
			continue
		}
		uid, err1 := strconv.Atoi(f[2])
		gid, err2 := strconv.Atoi(f[3])
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("/etc/passwd: %w", err)
		}
		return os.Chown(path, uid, gid)
	}
	return fmt.Errorf("no user %q", name)
}

// hideHostKeys keeps the root's own host keys out of the hosts: a host's
// /etc/ssh holds the key that its sshd uses and no other.
func (p *Plan) hideHostKeys(base string) error {
	keys, err := filepath.Glob(filepath.Join(p.Root, "etc/ssh/ssh_host_*"))
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := hide(base, filepath.Join("etc/ssh", filepath.Base(k))); err != nil {
			return err
		}
	}
	return nil
}
