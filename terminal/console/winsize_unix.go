//go:build !windows

package console

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// WatchSize calls changed whenever the terminal's size is another, until ctx ends.
func WatchSize(ctx context.Context, columns, rows int, changed func(columns, rows int)) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGWINCH)
	defer signal.Stop(ch)
	for {
		if c, r := Size(); c != columns || r != rows {
			columns, rows = c, r
			changed(columns, rows)
		}
		select {
		case <-ch:
		case <-ctx.Done():
			return
		}
	}
}

// enableSequences does nothing: terminals know escape sequences.
func enableSequences(*os.File) (restore func()) { return func() {} }
