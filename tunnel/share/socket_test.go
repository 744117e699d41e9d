//go:build linux

package share

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// TestOtherUserIsRejected: also if the folder's mode lets others in.
func TestOtherUserIsRejected(t *testing.T) {
	s := newSite(t)
	s.allow("key", "")
	target := s.target("key")
	ours := s.dial(t, target)
	sockets, err := filepath.Glob(s.folder + "/*-*")
	sshtest.Must(t, err)
	sshtest.Must(t, os.Chmod(s.folder, 0o755))
	sshtest.Must(t, os.Chmod(sockets[0], 0o666))
	exe := filepath.Join(s.folder, "program") // readable by others
	text, err := os.ReadFile(os.Args[0])
	sshtest.Must(t, err)
	testprogram.Write(t, exe, string(text))
	nobody := &syscall.Credential{Uid: 65534, Gid: 65534}
	os.Args[0], exe = exe, os.Args[0]
	_, line := startProgram(t, "other-user", program{Target: target, Socket: sockets[0]}, nobody)
	os.Args[0] = exe
	if line != "answered: EOF" && line != "answered: read unix @->"+sockets[0]+": read: connection reset by peer" {
		t.Errorf("the other user: %q", line)
	}
	if _, _, _, err := ours.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Error(err)
	}
	if err := checkOwner(s.folder, mustStat(t, s.folder)); err == nil {
		t.Error("the open folder is taken")
	}
}

func mustStat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Lstat(path)
	sshtest.Must(t, err)
	return info
}

// TestGarbageAtTheSocket: the daemon closes the connection, and serves others.
func TestGarbageAtTheSocket(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.allow("key", "")
	ours := s.dial(t, s.target("key"))
	sockets, err := filepath.Glob(s.folder + "/*-*")
	sshtest.Must(t, err)
	for name, text := range map[string]string{
		"nothing": "", "no version": "L\xff\xff\xff\xff", "a version alone": "SSH-2.0-x\r\n", "a long packet": "SSH-2.0-x\r\n\xff\xff\xff\xff", "words": "GET / HTTP/1.1\r\n\r\n",
	} {
		conn, err := net.Dial("unix", sockets[0])
		sshtest.Must(t, err)
		_, err = conn.Write([]byte(text))
		sshtest.Must(t, err)
		sshtest.Must(t, conn.(*net.UnixConn).CloseWrite())
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		if answer, err := io.ReadAll(conn); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
		_ = conn.Close()
	}
	if _, _, _, err := ours.Run(sshtest.Context(t), "true", nil); err != nil {
		t.Error(err)
	}
}

// TestSocketIsRemovedBeforeItIsClosed: a daemon that exits must not remove the socket of the next one, which may get
// the inode of its own as soon as that is closed.
func TestSocketIsRemovedBeforeItIsClosed(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "socket")
	l, err := listen(socket)
	sshtest.Must(t, err)
	d := newDaemon(t.Context(), socket, mustStat(t, socket))
	exits := make(chan struct{})
	d.work.Go(func() { <-exits })
	var served sync.WaitGroup
	served.Go(func() { d.serve(l) })
	d.end()
	for err == nil {
		var conn net.Conn
		if conn, err = net.Dial("unix", socket); err == nil {
			_ = conn.Close()
		}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was closed first: %v", err)
	}
	next, err := listen(socket)
	sshtest.Must(t, err)
	defer next.Close()
	close(exits)
	served.Wait()
	mustStat(t, socket)
}
