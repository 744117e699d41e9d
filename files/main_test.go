//go:build unix

package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testHost runs OpenSSH's sftp-server on this computer. Its files are in a folder.
type testHost struct {
	t          *testing.T
	folder     string
	wrap       []string     // a command line that runs the server
	noSFTP     error        // the answer to the subsystem
	shell      bool         // Start works
	killAt     atomic.Int64 // if > 0, the server is killed after it was sent so many bytes
	done       chan struct{}
	mu         sync.Mutex
	processes  []*exec.Cmd
	started    atomic.Int32
	probed     atomic.Int32
	released   atomic.Int32
	pipeServer func(io.ReadWriteCloser) // replaces sftp-server
}

func sftpServer(t testing.TB) string {
	t.Helper()
	for _, place := range []string{"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/libexec/sftp-server", "/usr/lib/ssh/sftp-server"} {
		if _, err := os.Stat(place); err == nil {
			return place
		}
	}
	t.Skip("needs OpenSSH's sftp-server")
	return ""
}

// newTest returns the files of a folder, whose host may be changed before the first use.
func newTest(t *testing.T) (*testHost, *Client) {
	t.Helper()
	h := &testHost{t: t, folder: t.TempDir(), done: make(chan struct{})}
	must(t, os.Chmod(h.folder, 0o777))
	must(t, os.Chmod(filepath.Dir(h.folder), 0o755))
	c := New(Options{Where: "Test", Log: zaptest.NewLogger(t), Connect: func(context.Context) (Host, func(), error) {
		return h, func() { h.released.Add(1) }, nil
	}})
	t.Cleanup(func() { c.Close(); h.wait() })
	return h, c
}

func (h *testHost) Done() <-chan struct{}                { return h.done }
func (h *testHost) Probe(context.Context, time.Duration) { h.probed.Add(1) }

func (h *testHost) Subsystem(context.Context, string) (io.ReadWriteCloser, error) {
	if h.noSFTP != nil {
		return nil, h.noSFTP
	}
	if h.pipeServer != nil {
		near, far := duplex()
		h.started.Add(1)
		go h.pipeServer(far)
		return near, nil
	}
	return h.run(append(h.wrap, sftpServer(h.t), "-d", h.folder)...)
}

func (h *testHost) Start(_ context.Context, command string) (io.ReadWriteCloser, error) {
	if !h.shell {
		return h.run("sh", "-c", "echo welcome; exit 1")
	}
	return h.run("sh", "-c", "cd "+h.folder+"; echo welcome; "+command)
}

// process is the input and output of a program.
type process struct {
	io.ReadCloser
	in   io.WriteCloser
	sent int64
	host *testHost
	cmd  *exec.Cmd
}

func (h *testHost) run(command ...string) (io.ReadWriteCloser, error) {
	cmd := exec.Command(command[0], command[1:]...)
	sshtest.TieToParent(cmd)
	in, err := cmd.StdinPipe()
	must(h.t, err)
	out, err := cmd.StdoutPipe()
	must(h.t, err)
	must(h.t, cmd.Start())
	h.mu.Lock()
	h.processes = append(h.processes, cmd)
	h.mu.Unlock()
	h.started.Add(1)
	return &process{ReadCloser: out, in: in, host: h, cmd: cmd}, nil
}

// Write writes, and kills the program at the byte that the test has chosen.
func (p *process) Write(b []byte) (int, error) {
	at := p.host.killAt.Load()
	if at > 0 && p.sent+int64(len(b)) >= at {
		n, _ := p.in.Write(b[:at-p.sent])
		p.sent += int64(n)
		_ = p.cmd.Process.Kill()
		return n, io.ErrClosedPipe
	}
	n, err := p.in.Write(b)
	p.sent += int64(n)
	return n, err
}

// Close ends the program's input, and the program.
func (p *process) Close() error {
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	return nil
}

// wait waits for the ends of all programs.
func (h *testHost) wait() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cmd := range h.processes {
		_ = cmd.Wait()
	}
	h.processes = nil
}

func (h *testHost) path(name string) string { return filepath.Join(h.folder, name) }

func (h *testHost) write(name, text string) {
	h.t.Helper()
	must(h.t, os.MkdirAll(filepath.Dir(h.path(name)), 0o777))
	must(h.t, os.WriteFile(h.path(name), []byte(text), 0o644))
}

func (h *testHost) wantFile(name, text string) {
	h.t.Helper()
	data, err := os.ReadFile(h.path(name))
	if err != nil || string(data) != text {
		h.t.Errorf("%s has %.100q, %v", name, data, err)
	}
}

// wantNames checks what a folder of this computer holds.
func wantNames(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !equal(names, want) {
		t.Errorf("%s holds %q, want %q", folder, names, want)
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// duplex returns the two ends of a stream.
func duplex() (near, far io.ReadWriteCloser) {
	toFar, fromNear := io.Pipe()
	toNear, fromFar := io.Pipe()
	return pipeEnd{toNear, fromNear}, pipeEnd{toFar, fromFar}
}

type pipeEnd struct {
	*io.PipeReader
	w *io.PipeWriter
}

func (p pipeEnd) Write(b []byte) (int, error) { return p.w.Write(b) }
func (p pipeEnd) Close() error                { return errors.Join(p.PipeReader.Close(), p.w.Close()) }

// bytesOf returns n bytes that are not all the same.
func bytesOf(n int, seed byte) []byte {
	return bytes.Repeat([]byte{seed, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89}, n/11+1)[:n]
}
