package main

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestDist makes a whole release, twice.
func TestDist(t *testing.T) {
	if os.Getenv("SUNPYTER_FAULTS") != "1" {
		t.Skip("builds six programs, twice; set SUNPYTER_FAULTS=1 (make faults)")
	}
	first, second := makeDist(t), makeDist(t)
	checkSums(t, first)
	checkZip(t, filepath.Join(first, "sunpyter-win32-arm64.zip"))
	if !bytes.Equal(read(t, first, "SHA256SUMS"), read(t, second, "SHA256SUMS")) {
		t.Errorf("the same commit gave other bytes:\n%s%s", read(t, first, "SHA256SUMS"), read(t, second, "SHA256SUMS"))
	}
}

func makeDist(t *testing.T) (folder string) {
	folder = t.TempDir()
	makePackages(t, folder)
	if err := finish(folder, filepath.Join(repository, "README.md")); err != nil {
		t.Fatal(err)
	}
	return folder
}

func read(t *testing.T, folder, name string) []byte {
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func checkSums(t *testing.T, folder string) {
	if lines := bytes.Count(read(t, folder, "SHA256SUMS"), []byte("\n")); lines != 2*len(platforms) {
		t.Errorf("SHA256SUMS has %d lines", lines)
	}
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = folder
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
}

func checkZip(t *testing.T, path string) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	if _, err := archive.Open("sunpyter-win32-arm64/sunpyter.exe"); err != nil {
		t.Error(err)
	}
}
