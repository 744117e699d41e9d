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
	watchSize(ctx, ch, columns, rows, changed)
}

// enableSequences does nothing: terminals know escape sequences.
func enableSequences(*os.File) (restore func()) { return func() {} }
