//go:build unix

package server

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestLogFileIsPrivate: other users of the computer cannot read the log, whatever the umask is.
func TestLogFileIsPrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	path := filepath.Join(t.TempDir(), "log")
	_, closeLog, err := logSink(Options{LogFile: path})
	if err != nil {
		t.Fatal(err)
	}
	defer closeLog()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the log's mode is %v", info.Mode())
	}
}
