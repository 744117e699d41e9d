package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const repository = "../.."

// TestPackage makes one platform's package, as a user installs it, and examines it.
func TestPackage(t *testing.T) {
	folder := t.TempDir()
	makePackages(t, folder, "linux-x64")
	pack, err := openPackage(filepath.Join(folder, "sunpyter-linux-x64.vsix"))
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.examine(platforms[0]); err != nil {
		t.Error(err)
	}
	t.Run("the program tells the extension's version", func(t *testing.T) { checkVersion(t, pack) })
	t.Run("others' licences are told", func(t *testing.T) { checkNotices(t, pack) })
	t.Run("the SPDX lists name what was built in", func(t *testing.T) { checkSBOM(t, pack) })
	t.Run("another folder gives the same bytes", func(t *testing.T) { checkReproducible(t, folder) })
	t.Run("what is wrong is found", func(t *testing.T) { checkExamine(t, pack) })
	t.Run("the archive is for tar", func(t *testing.T) { checkTar(t, pack) })
}

// makePackages runs package.mjs for platforms, or for all. It needs what `npm ci` installs.
func makePackages(t *testing.T, folder string, names ...string) {
	t.Helper()
	watchSources(t)
	if _, err := os.Stat(filepath.Join(repository, "node_modules/@vscode/vsce")); err != nil {
		if os.Getenv("SUNPYTER_REQUIRE_SITE") == "1" {
			t.Fatalf("run npm ci: %v", err)
		}
		t.Skipf("needs npm ci: %v", err)
	}
	args := append([]string{filepath.Join(repository, "editor-extension/package.mjs"), "--out", folder}, names...)
	if out, err := exec.Command("node", args...).CombinedOutput(); err != nil {
		t.Fatalf("package.mjs: %v\n%s", err, out)
	}
}

// watchSources looks at every folder of sources, so that go test does not take an earlier result for
// this one after a change: it knows only of files that this process has opened.
func watchSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(repository, func(path string, entry fs.DirEntry, err error) error {
		switch entry.Name() {
		case ".git", ".cache", "node_modules", "bin", "dist", "out":
			if path != "../../scripts/dist" {
				return fs.SkipDir
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkVersion(t *testing.T, pack *vsix) {
	if runtime.GOOS+runtime.GOARCH != "linuxamd64" {
		t.Skip("the program is for linux-x64")
	}
	path := filepath.Join(t.TempDir(), "sunpyter")
	program := pack.files["extension/bin/sunpyter"]
	if err := os.WriteFile(path, program.data, program.mode.Perm()); err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Version string }
	if err := json.Unmarshal(pack.files["extension/package.json"].data, &manifest); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "version").Output()
	if want := "sunpyter " + manifest.Version + " "; err != nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("sunpyter version: %q, %v; want %q", out, err, want)
	}
}

func checkNotices(t *testing.T, pack *vsix) {
	for name, parts := range map[string][]string{
		"extension/bin/THIRD-PARTY.txt":  {"The Go standard library go", "golang.org/x/crypto v", "github.com/spf13/cobra v", "Apache License"},
		"extension/dist/THIRD-PARTY.txt": {"vscode-jsonrpc ", "MIT"},
	} {
		for _, part := range parts {
			if !strings.Contains(string(pack.files[name].data), part) {
				t.Errorf("%s does not tell of %q", name, part)
			}
		}
	}
}

// checkExamine spoils a good package in one way at a time.
func checkExamine(t *testing.T, good *vsix) {
	const program = "extension/bin/sunpyter"
	for want, spoil := range map[string]func(*vsix){
		"extension/changelog.md is missing": func(v *vsix) { delete(v.files, "extension/changelog.md") },
		"does not belong there":             func(v *vsix) { v.files["extension/src/extension.ts"] = file{} },
		"it cannot be run":                  func(v *vsix) { v.files[program] = file{v.files[program].data, 0o644} },
		"does not describe":                 func(v *vsix) { v.append("//") },
		"its SPDX list has":                 func(v *vsix) { v.replace("extension/bin/sbom.spdx.json", "x/crypto", "x/krypto") },
		"the program is for no program":     func(v *vsix) { v.files[program] = file{[]byte("#!/bin/sh\n"), 0o755} },
		"not marked for linux-x64":          func(v *vsix) { v.files["extension.vsixmanifest"] = file{data: []byte("<x/>")} },
		"are more than":                     func(v *vsix) { v.size = mostBytes + 1 },
		"/home/alice/src/extension.ts":      func(v *vsix) { v.append(`"/home/alice/src/extension.ts"`) },
		"sourceMappingURL=extension.cjs":    func(v *vsix) { v.append("//# sourceMappingURL=extension.cjs.map") },
	} {
		bad := &vsix{size: good.size, made: good.made, files: maps.Clone(good.files)}
		spoil(bad)
		if err := bad.examine(platforms[0]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("examining a package of which %q should be said: %v", want, err)
		}
	}
}

// append adds to the bundle.
func (v *vsix) append(text string) {
	const bundle = "extension/dist/extension.cjs"
	v.files[bundle] = file{data: append(v.files[bundle].data[:len(v.files[bundle].data):len(v.files[bundle].data)], text...)}
}

// replace changes the first old of a file of the package.
func (v *vsix) replace(name, old, with string) {
	v.files[name] = file{data: bytes.Replace(v.files[name].data, []byte(old), []byte(with), 1)}
}

// checkTar unpacks an archive with the system's tar, as a user does.
func checkTar(t *testing.T, pack *vsix) {
	folder := t.TempDir()
	archive := filepath.Join(folder, "sunpyter.tar.gz")
	small := &vsix{made: pack.made, files: maps.Clone(pack.files)} // to pack the real one takes seconds
	small.files["extension/bin/sunpyter"] = file{data: []byte("#!/bin/sh\n")}
	if err := writeArchive(archive, platforms[0], small, []byte("read me")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("tar", "-xzf", archive, "-C", folder).CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, out)
	}
	if out, err := exec.Command(filepath.Join(folder, "sunpyter-linux-x64/sunpyter")).CombinedOutput(); err != nil {
		t.Errorf("the unpacked program: %v\n%s", err, out)
	}
}
