package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checkReproducible builds a package that is in folder again, from a copy of the sources in
// another folder. The copy lies below the repository so that it finds node_modules.
func checkReproducible(t *testing.T, folder string) {
	const name = "sunpyter-linux-x64.vsix"
	if err := os.MkdirAll(filepath.Join(repository, ".cache"), 0o755); err != nil {
		t.Fatal(err)
	}
	sources, err := os.MkdirTemp(filepath.Join(repository, ".cache"), "another-folder-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(sources) })
	copySources(t, sources)

	out := t.TempDir()
	build := exec.Command("node", filepath.Join(sources, "editor-extension/package.mjs"), "--out", out, "linux-x64")
	build.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+commitTime(t), "TZ=Asia/Tokyo")
	if os.Getenv("SUNPYTER_FAULTS") == "1" { // compiles all anew: minutes
		build.Env = append(build.Env, "GOCACHE="+t.TempDir())
	}
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("package.mjs in %s: %v\n%s", sources, err, text)
	}
	if bytes.Equal(read(t, folder, name), read(t, out, name)) {
		return
	}
	t.Errorf("%s built in %s has other bytes", name, sources)
	here, hereErr := openPackage(filepath.Join(folder, name))
	there, thereErr := openPackage(filepath.Join(out, name))
	if hereErr != nil || thereErr != nil {
		t.Fatal(hereErr, thereErr)
	}
	for file := range here.files {
		if !bytes.Equal(here.files[file].data, there.files[file].data) {
			t.Errorf("%s differs", file)
		}
	}
}

// copySources copies every file that belongs to the repository, as it is now.
func copySources(t *testing.T, to string) {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = repository
	names, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if err := copyFile(filepath.Join(repository, name), filepath.Join(to, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err) // a file that was deleted is still in git's list
		}
	}
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	copied, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(copied, source); err != nil {
		_ = copied.Close()
		return err
	}
	return copied.Close()
}

func commitTime(t *testing.T) string {
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		return epoch
	}
	log := exec.Command("git", "log", "-1", "--format=%ct")
	log.Dir = repository
	out, err := log.Output()
	if err != nil {
		t.Fatalf("git log: %v", err)
	}
	return strings.TrimSpace(string(out))
}
