//go:build unix

// Package sftptest runs OpenSSH's sftp-server for tests, without SSH. Only tests may import it.
package sftptest

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// Host is a files.Host whose files are in a folder of this computer.
type Host struct {
	Folder string
	Wrap   []string     // a command line that runs the server
	NoSFTP error        // the answer to the subsystem
	Shell  bool         // Start works
	KillAt atomic.Int64 // if > 0, a server is killed after it was sent so many bytes
	Cut    atomic.Bool  // it is not killed then: its connection is cut
	Pipe   func(io.ReadWriteCloser)

	Started  atomic.Int32 // servers
	Released atomic.Int32 // connections

	t         testing.TB
	done      chan struct{}
	mu        sync.Mutex // guards processes
	processes []*exec.Cmd
}

// New returns a host with an empty folder.
func New(t testing.TB) *Host {
	t.Helper()
	h := &Host{t: t, Folder: t.TempDir(), done: make(chan struct{})}
	sshtest.Must(t, os.Chmod(h.Folder, 0o777))
	sshtest.Must(t, os.Chmod(filepath.Dir(h.Folder), 0o755))
	t.Cleanup(h.Wait)
	return h
}

// program returns the path of OpenSSH's sftp-server.
func program(t testing.TB) string {
	t.Helper()
	for _, place := range []string{"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/libexec/sftp-server", "/usr/lib/ssh/sftp-server"} {
		if _, err := os.Stat(place); err == nil {
			return place
		}
	}
	t.Skip("needs OpenSSH's sftp-server")
	return ""
}

// Release counts a connection that is not used any more.
func (h *Host) Release() { h.Released.Add(1) }

// Done returns a channel that is never closed.
func (h *Host) Done() <-chan struct{} { return h.done }

// Probe does nothing.
func (h *Host) Probe(context.Context, time.Duration) {}

// Subsystem starts the server.
func (h *Host) Subsystem(context.Context, string) (io.ReadWriteCloser, error) {
	if h.NoSFTP != nil {
		return nil, h.NoSFTP
	}
	if h.Pipe != nil {
		near, far := duplex()
		h.Started.Add(1)
		go h.Pipe(far)
		return near, nil
	}
	return h.run(append(h.Wrap, program(h.t), "-d", h.Folder)...)
}

// Start runs a command in the folder, behind what a login file prints.
func (h *Host) Start(_ context.Context, command string) (io.ReadWriteCloser, error) {
	if !h.Shell {
		return h.run("sh", "-c", "echo welcome; exit 1")
	}
	return h.run("sh", "-c", "cd "+h.Folder+"; echo welcome; "+command)
}

func (h *Host) run(command ...string) (io.ReadWriteCloser, error) {
	cmd := exec.Command(command[0], command[1:]...)
	sshtest.TieToParent(cmd)
	in, err := cmd.StdinPipe()
	sshtest.Must(h.t, err)
	out, err := cmd.StdoutPipe()
	sshtest.Must(h.t, err)
	sshtest.Must(h.t, cmd.Start())
	h.mu.Lock()
	h.processes = append(h.processes, cmd)
	h.mu.Unlock()
	h.Started.Add(1)
	return &process{ReadCloser: out, in: in, host: h, cmd: cmd}, nil
}

// Process is the process of the server that was started last.
func (h *Host) Process() *os.Process {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.processes[len(h.processes)-1].Process
}

// Wait waits for the ends of all servers.
func (h *Host) Wait() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cmd := range h.processes {
		_ = cmd.Wait()
	}
	h.processes = nil
}

// Path is the path of a file in the folder.
func (h *Host) Path(name string) string { return filepath.Join(h.Folder, name) }

// process is the input and output of a server.
type process struct {
	io.ReadCloser
	in   io.WriteCloser
	sent int64
	host *Host
	cmd  *exec.Cmd
}

// Write writes, and kills the server at the byte that the test has chosen.
func (p *process) Write(b []byte) (int, error) {
	at := p.host.KillAt.Load()
	if at > 0 && p.sent+int64(len(b)) >= at {
		n, _ := p.in.Write(b[:max(0, at-p.sent)])
		p.sent += int64(n)
		if p.host.Cut.Load() {
			_ = p.in.Close() // it still does what it has received
			_ = p.ReadCloser.Close()
		} else {
			_ = p.cmd.Process.Kill()
		}
		return n, io.ErrClosedPipe
	}
	n, err := p.in.Write(b)
	p.sent += int64(n)
	return n, err
}

// Close ends the server.
func (p *process) Close() error {
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	return nil
}

// duplex returns the two ends of a stream.
func duplex() (near, far io.ReadWriteCloser) {
	toFar, fromNear := io.Pipe()
	toNear, fromFar := io.Pipe()
	return stream{toNear, fromNear}, stream{toFar, fromFar}
}
