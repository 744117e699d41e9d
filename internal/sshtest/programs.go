package sshtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/sa2c/sunpyter/internal/testprogram"
)

// SSHPrograms returns the ssh programs of this computer, by their versions: the installed
// one and, without -short, those in the root folders of other Debian suites, where these were made.
func SSHPrograms(t testing.TB) map[string]string {
	t.Helper()
	NeedSSH(t)
	found := map[string]string{}
	add := func(program string) {
		out, err := exec.Command(program, "-V").CombinedOutput()
		version := sshVersion.FindString(string(out))
		if err == nil && version != "" && found[version] == "" {
			found[version] = program
		}
	}
	add("ssh")
	if testing.Short() {
		return found
	}
	roots := os.Getenv("ROOTS")
	if cache, err := os.UserCacheDir(); err == nil && roots == "" {
		roots = filepath.Join(cache, "sunpyter", "roots")
	}
	others, _ := filepath.Glob(filepath.Join(roots, "*", "usr", "bin", "ssh"))
	for _, ssh := range others {
		add(filepath.Join(wrappers(t, filepath.Dir(filepath.Dir(filepath.Dir(ssh)))), "ssh"))
	}
	if len(found) == 1 {
		t.Log("no ssh of another version is tested: there are no root folders of other suites in ", roots)
	}
	return found
}

// wrappers makes OpenSSH's programs of another root folder, which have libraries of their own,
// usable here. It returns their folder.
func wrappers(t testing.TB, root string) string {
	t.Helper()
	folder := t.TempDir()
	loaders, _ := filepath.Glob(filepath.Join(root, "lib", "*", "ld-*.so*"))
	for _, loader := range loaders {
		if info, err := os.Stat(loader); err != nil || !info.Mode().IsRegular() {
			continue // a link to a name of that root
		}
		libraries := filepath.Dir(loader) + ":" + filepath.Join(root, "usr", "lib", filepath.Base(filepath.Dir(loader)))
		for _, name := range []string{"ssh", "ssh-keygen", "ssh-agent", "ssh-add"} {
			testprogram.Write(t, filepath.Join(folder, name), fmt.Sprintf("#!/bin/sh\nexec %s --library-path %s %s \"$@\"\n",
				loader, libraries, filepath.Join(root, "usr", "bin", name)))
		}
		break
	}
	return folder
}

// Beside returns the program called name that came with an ssh program.
func Beside(ssh, name string) string {
	if filepath.Base(ssh) == ssh {
		return name
	}
	return filepath.Join(filepath.Dir(ssh), name)
}

var sshVersion = regexp.MustCompile(`OpenSSH_[0-9.]+`)

// AddUser makes name another name of alice's, with the same keys.
func (s *Server) AddUser(t testing.TB, name string) {
	t.Helper()
	for file, line := range map[string]string{"passwd": name + ":x:4000:4000::/:/bin/bash\n", "shadow": name + ":*:19000:0:99999:7:::\n"} {
		s.extend(t, filepath.Join(s.Dir, file), line)
	}
}

// Slow skips a test with -short: what it waits for takes too long for every save.
func Slow(t testing.TB, wait string) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: it waits for ", wait)
	}
}
