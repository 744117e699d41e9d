//go:build !windows

package console

import (
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
