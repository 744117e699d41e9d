// Package testprogram writes the programs that tests run, and finds those that run.
//
// Only tests, and bench, may import it; it imports nothing of the project.
package testprogram

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// Running returns the processes of this machine that were started with arguments as they are wanted.
func Running(wanted func(args []string) bool) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && wanted(strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")) {
			pids = append(pids, pid)
		}
	}
	return pids
}
