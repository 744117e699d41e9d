package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkSBOM compares the bundle's list with what esbuild reads for it, and each checksum with
// package-lock.json. The program's list is compared by examine, which must find no fault.
func checkSBOM(t *testing.T, pack *vsix) {
	s, err := pack.readSBOM("extension/dist/extension.cjs")
	if err != nil {
		t.Fatal(err)
	}
	lock := readLock(t)
	var wanted []string
	for _, name := range bundledNames(t) {
		wanted = append(wanted, name+" "+lock["node_modules/"+name].Version)
	}
	if len(wanted) == 0 || !slices.Equal(s.packages(), wanted) {
		t.Errorf("the bundle's SPDX list has %q; esbuild read %q", s.packages(), wanted)
	}
	for _, p := range s.Packages {
		digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lock["node_modules/"+p.Name].Integrity, "sha512-"))
		if want := (checksum{"SHA512", hex.EncodeToString(digest)}); err != nil || !slices.Contains(p.Checksums, want) {
			t.Errorf("%s has the checksums %v, want %v (%v)", p.Name, p.Checksums, want, err)
		}
	}
}

type locked struct{ Version, Integrity string }

func readLock(t *testing.T) map[string]locked {
	data, err := os.ReadFile(filepath.Join(repository, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct{ Packages map[string]locked }
	if err := json.Unmarshal(data, &lock); err != nil {
		t.Fatal(err)
	}
	return lock.Packages
}

// sourceComment is where esbuild names the file that the lines below it come from; it does so
// where it does not minify.
var sourceComment = regexp.MustCompile(`(?m)^\s*// \S*node_modules/((?:@[^/\s]+/)?[^/\s]+)/`)

func bundledNames(t *testing.T) []string {
	esbuild := exec.Command("../node_modules/.bin/esbuild", "src/extension.ts",
		"--bundle", "--platform=node", "--format=cjs", "--external:vscode")
	esbuild.Dir = filepath.Join(repository, "editor-extension")
	bundle, err := esbuild.Output()
	if err != nil {
		t.Fatalf("esbuild: %v", err)
	}
	var names []string
	for _, match := range sourceComment.FindAllStringSubmatch(string(bundle), -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}
