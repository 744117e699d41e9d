package share

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
)

// Command is the program's first argument if it must call [Main].
const Command = "keep-login"

// daemonFlag is the argument of the process that is the daemon itself.
const daemonFlag = "--daemon"

// gcPercent lets garbage grow further than usual: transfers make much of it, of little data that
// is kept. Collecting it cost a fifth of the daemon's processor time.
const gcPercent = 400

// processors is how many the daemon's goroutines run on at a time. They pass small packets on, and
// waking another processor for each costs more than a second one gains: an upload of 1 GB took 4.3
// instead of 5.7 s of processor time in all processes together, a download 5.0 instead of 5.5
// (go run ./bench -only transfers). While a link of more than 300 MB/s is full, other channels wait
// some 10 ms longer.
const processors = 1

// ready is what the daemon writes once it listens.
const ready = "ready\n"

// Main is the daemon's process, whose arguments end with the socket's name; it
// returns the exit code. It starts itself again, detached from its parent,
// and exits as soon as that process listens, so that no parent has to wait for the daemon.
func Main(args []string) int {
	var err error
	switch {
	case len(args) == 2 && args[0] == daemonFlag:
		err = runDaemon(args[1])
	case len(args) == 1:
		err = startDetached(args[0])
	default:
		err = errors.New("this command is used by Sunpyter itself, to share one login between windows")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// startDetached starts the daemon and waits until it listens.
func startDetached(socket string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = read.Close() }()
	cmd := exec.Command(exe, Command, daemonFlag, socket)
	cmd.Stdout = write
	cmd.SysProcAttr = detached()
	cmd.Dir, _ = os.UserHomeDir() // a folder that is in use cannot be unmounted
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		return err
	}
	said, err := io.ReadAll(io.LimitReader(read, int64(len(ready))))
	if err == nil && string(said) != ready {
		err = errors.New("the process that keeps the login ended at once")
	}
	return err
}

// runDaemon runs the daemon at a socket.
func runDaemon(socket string) error {
	debug.SetGCPercent(gcPercent)
	runtime.GOMAXPROCS(processors)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	l, err := listen(socket)
	if err != nil {
		return err
	}
	mine, err := os.Lstat(socket)
	if err != nil {
		return err
	}
	d := newDaemon(ctx, socket, mine)
	if d.config, err = newServerConfig(); err != nil {
		return err
	}
	if _, err := os.Stdout.WriteString(ready); err != nil {
		return err
	}
	d.serve(l)
	return nil
}

// listen creates the socket, closed to others.
func listen(socket string) (*net.UnixListener, error) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // by then it may be another's
	if err := os.Chmod(socket, 0o600); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// remove removes the socket, unless it is another daemon's by now.
func remove(socket string, mine os.FileInfo) {
	if now, err := os.Lstat(socket); err == nil && os.SameFile(now, mine) {
		_ = os.Remove(socket)
	}
}
