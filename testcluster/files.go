package testcluster

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Files returns the paths that match a pattern (see filepath.Match) in the shared
// file systems, /home and /cdt_storage, as they are on the file server: no
// cache is asked.
func (s *Site) Files(pattern string) ([]string, error) {
	root := fmt.Sprintf("/proc/%d/root%s", s.guardian, s.plan.FS())
	found, err := filepath.Glob(root + pattern)
	if err != nil {
		return nil, err
	}
	for i, f := range found {
		found[i] = strings.TrimPrefix(f, root)
	}
	sort.Strings(found)
	return found, nil
}

// ReadFile reads a file of a host as root.
func (s *Site) ReadFile(host, file string) ([]byte, error) {
	path, err := s.Path(host, file)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// WriteFile writes a file of a host as root, for instance a program that takes
// another's place: mode 0o755 at /usr/local/bin.
func (s *Site) WriteFile(host, file string, mode os.FileMode, content string) error {
	path, err := s.Path(host, file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

// RemoveFile removes a file of a host.
func (s *Site) RemoveFile(host, file string) error {
	path, err := s.Path(host, file)
	if err != nil {
		return err
	}
	return os.Remove(path)
}

// SetShell changes a user's login shell ("bash", "zsh", "tcsh", "fish", or a
// path) on login and nodes.
func (s *Site) SetShell(user, shell string) error {
	if !strings.HasPrefix(shell, "/") {
		shell = "/bin/" + shell
	}
	return s.onEveryHost(func(host string) error {
		_, err := s.exec(host, "root", "usermod", "--shell", shell, user)
		return err
	})
}

// hideJupyter and showJupyter are scripts that hide Jupyter's programs and packages
// on a host, and restore them.
const (
	hideJupyter = `cd /usr/bin && for f in jupyter*; do mkdir -p /usr/lib/hidden && mv "$f" /usr/lib/hidden/; done
mkdir -p /run/nothing && cd /usr/lib/python3/dist-packages &&
for d in jupyter_server notebook nbclassic; do [ ! -d $d ] || mount --bind /run/nothing $d; done`
	showJupyter = `mv /usr/lib/hidden/* /usr/bin/ && cd /usr/lib/python3/dist-packages &&
for d in jupyter_server notebook nbclassic; do [ ! -d $d ] || umount $d; done`
)

// HideJupyter makes a host look as if Jupyter were not installed.
func (s *Site) HideJupyter(host string) error { return s.runScript(host, hideJupyter) }

// ShowJupyter reverses HideJupyter.
func (s *Site) ShowJupyter(host string) error { return s.runScript(host, showJupyter) }

func (s *Site) runScript(host, script string) error {
	_, err := s.exec(host, "root", "sh", "-ec", script)
	return err
}

// SiteFile is the example of docs/for-site-admins.md: what a site like this one says about itself
// to Sunpyter's users, in /etc/sunpyter/site.toml on its login node.
//
//go:embed site.toml
var SiteFile string

// onEveryHost calls do for login and each node.
func (s *Site) onEveryHost(do func(host string) error) error {
	for _, host := range append([]string{"login"}, s.plan.Nodes...) {
		if err := do(host); err != nil {
			return err
		}
	}
	return nil
}
