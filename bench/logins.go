package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/sa2c/sunpyter/tunnel/share"
)

// endLogins ends the connections that are kept for the next command, so that each
// measured start logs in again.
func (l *lab) endLogins() {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		keepers := l.loginDaemons()
		if len(keepers) == 0 {
			return
		}
		for _, pid := range keepers {
			if p, err := os.FindProcess(pid); err == nil {
				_ = p.Signal(syscall.SIGTERM)
			}
		}
	}
}

// loginDaemons returns this run's connection daemons.
func (l *lab) loginDaemons() (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file)
		if text := string(line); strings.Contains(text, "\x00"+share.Command+"\x00") && strings.Contains(text, "\x00"+l.dir+"/") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, pid)
		}
	}
	return pids
}
