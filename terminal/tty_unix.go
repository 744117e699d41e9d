//go:build !windows

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// staysInBackground makes a read from the terminal fail that would stop a process in the
// background, until the function that it gives is called.
func staysInBackground() (again func()) {
	signal.Ignore(syscall.SIGTTIN)
	return func() { signal.Reset(syscall.SIGTTIN) }
}

// openTTY opens the terminal that this process belongs to. Opened without blocking, so
// that a read can be given up.
func openTTY() (in, out *os.File, err error) {
	if in, err = os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NONBLOCK, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile("/dev/tty", os.O_WRONLY, 0); err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return in, out, nil
}
