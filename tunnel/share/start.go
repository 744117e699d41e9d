package share

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

const (
	// lockTimeout bounds the wait for others who are starting or ending a daemon.
	lockTimeout = 10 * time.Second
	// startTimeout bounds the start of a daemon.
	startTimeout = 10 * time.Second
)

// Folder is where the sockets of this user are, whose names must be short:
// XDG_RUNTIME_DIR, which the system creates for this and removes at the last logout,
// else a folder among the temporary files, which on macOS and Windows are the user's own.
func Folder(env func(string) string) string {
	if dir := env("XDG_RUNTIME_DIR"); runtime.GOOS != "windows" && filepath.IsAbs(dir) {
		return filepath.Join(dir, "sunpyter")
	}
	name := "sunpyter"
	if runtime.GOOS != "windows" {
		name += "-" + strconv.Itoa(os.Getuid())
	}
	return filepath.Join(os.TempDir(), name)
}

// reach connects to the daemon at socket, and starts it if there is none, unless the connection is to be joined.
func (o *Options) reach(ctx context.Context, socket string) (*net.UnixConn, error) {
	if err := private(o.Folder); err != nil {
		return nil, err
	}
	conn, err := dialSocket(ctx, socket)
	if err != nil && !o.join {
		conn, err = o.start(ctx, socket)
	}
	if err != nil {
		return nil, err
	}
	if err := checkPeer(conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// start starts the daemon, unless another program just did.
func (o *Options) start(ctx context.Context, socket string) (*net.UnixConn, error) {
	unlock, err := lock(ctx, o.Folder)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if conn, err := dialSocket(ctx, socket); err == nil {
		return conn, nil
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	limit, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	cmd := exec.CommandContext(limit, o.Program[0], slices.Concat(o.Program[1:], []string{socket})...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("starting %s: %w: %.300s", o.Program[0], err, out)
	}
	return dialSocket(ctx, socket)
}

// dialSocket connects to a daemon.
func dialSocket(ctx context.Context, socket string) (*net.UnixConn, error) {
	return new(net.Dialer).DialUnix(ctx, "unix", nil, &net.UnixAddr{Name: socket})
}

// lock keeps others from starting or ending a daemon.
func lock(ctx context.Context, folder string) (unlock func(), err error) {
	l := flock.New(filepath.Join(folder, "lock"), flock.SetPermissions(0o600))
	limit, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	if ok, err := l.TryLockContext(limit, 5*time.Millisecond); err != nil || !ok {
		return nil, fmt.Errorf("locking %s: %w", folder, err)
	}
	return func() { _ = l.Close() }, nil
}

// Claim makes the caller the only program of this user that asks whether to
// reconnect to target, until release is called; nil: another one does. If
// nothing is shared, each asks for itself.
func Claim(target sshconfig.Target, o Options) (release func()) {
	if len(o.Program) == 0 || private(o.Folder) != nil {
		return func() {}
	}
	l := flock.New(o.socket(&target)+".asks", flock.SetPermissions(0o600))
	if mine, err := l.TryLock(); err == nil && !mine {
		_ = l.Close()
		return nil
	}
	return sync.OnceFunc(func() { _ = l.Close() })
}

// private creates the folder if necessary, and refuses one that is open to others.
func private(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is no folder", folder)
	}
	return checkOwner(folder, info)
}
