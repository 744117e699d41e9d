// Package testprogram writes the programs that tests run.
//
// Only tests may import it; it imports nothing of the project.
package testprogram

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Write makes path an executable file with this text.
//
// No process is forked while the file is open for writing: a child of another test would inherit
// it, and running the program would fail with ETXTBSY (execve(2)) until that child has called exec.
// A program that is there is replaced, since one that is being started can't be written to.
func Write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	syscall.ForkLock.RLock()
	err := os.WriteFile(path+".new", []byte(text), 0o755)
	syscall.ForkLock.RUnlock()
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		t.Fatal(err)
	}
}
