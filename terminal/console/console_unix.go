//go:build !windows

package console

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// ignoreTTIN makes a read from the terminal in the background fail instead of stopping the
// process, until restore is called.
func ignoreTTIN() (restore func()) {
	signal.Ignore(syscall.SIGTTIN)
	return func() { signal.Reset(syscall.SIGTTIN) }
}

// OpenTTY opens the terminal of this process, non-blocking so that a read can be cancelled.
func OpenTTY() (in, out *os.File, err error) {
	return openBoth("/dev/tty", os.O_RDWR|syscall.O_NONBLOCK, "/dev/tty", os.O_WRONLY)
}

// WatchSize calls changed whenever the terminal's size is another, until ctx ends.
func WatchSize(ctx context.Context, columns, rows int, changed func(columns, rows int)) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, syscall.SIGWINCH)
	defer signal.Stop(ch)
	watchSize(ctx, ch, columns, rows, changed)
}

// enableSequences does nothing: terminals know escape sequences.
func enableSequences(*os.File) (restore func()) { return func() {} }
