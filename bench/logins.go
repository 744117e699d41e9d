package main

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sa2c/sunpyter/internal/testprogram"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// endLogins ends this run's connection daemons, which are kept for the next command, so that each
// measured start logs in again.
func (l *lab) endLogins() {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		daemons := testprogram.Running(func(args []string) bool {
			ours := func(arg string) bool { return strings.HasPrefix(arg, l.dir+"/") }
			return slices.Contains(args, share.Command) && slices.ContainsFunc(args, ours)
		})
		if len(daemons) == 0 {
			return
		}
		for _, pid := range daemons {
			if p, err := os.FindProcess(pid); err == nil {
				_ = p.Signal(syscall.SIGTERM)
			}
		}
	}
}
