//go:build linux

package shell

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is shells.py as it runs in a job, and connections to it that a test can cut.
type host struct {
	t       *testing.T
	private string

	mu    sync.Mutex // guards the fields below
	conns []net.Conn
	away  bool // there is no link
}

// startHost runs shells.py until the test ends, with more variables in its environment.
func startHost(t *testing.T, environment ...string) *host {
	t.Helper()
	private, err := os.MkdirTemp("/tmp", "sunpyter-test") // short enough for a socket
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(private+"/shells", 0o700); err != nil {
		t.Fatal(err)
	}
	_, encoded, _ := strings.Cut(ProgramRequest(), " ")
	packed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(private+"/shells/program", unpacked, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-I", "-S", private+"/shells/program", private)
	cmd.Dir, cmd.Stderr = private, os.Stderr
	cmd.Env = append(append(os.Environ(), "HOME="+private, "SHELL=/bin/bash"), environment...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = os.RemoveAll(private) // they end without it
		_ = cmd.Wait()
	})
	h := &host{t: t, private: private}
	h.eventually("listens", func() bool {
		_, err := os.Stat(Socket(private, ""))
		return err == nil
	})
	return h
}

func (h *host) eventually(what string, done func() bool) {
	h.t.Helper()
	for limit := time.Now().Add(pace.Limit(20 * time.Second)); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			h.t.Fatalf("it never %s", what)
		}
	}
}

func (h *host) dial(_ context.Context, id string) (net.Conn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.away {
		return nil, &fault.Error{Code: fault.LinkLost}
	}
	conn, err := net.Dial("unix", Socket(h.private, id))
	if err != nil {
		return nil, &fault.Error{Code: fault.ConnectRefused, Err: err}
	}
	h.conns = append(h.conns, conn)
	return conn, nil
}

// cut ends all connections; there are no others while away.
func (h *host) cut(away bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, conn := range h.conns {
		_ = conn.Close()
	}
	h.conns, h.away = nil, away
}

// recorder takes a shell's output.
type recorder struct {
	mu             sync.Mutex
	stdout, stderr bytes.Buffer
}

func (r *recorder) take(_ context.Context, stderr bool, data []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if stderr {
		r.stderr.Write(data)
	} else {
		r.stdout.Write(data)
	}
	return nil
}

func (r *recorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stdout.String()
}

func (h *host) open(req Request, keep time.Duration) *Shell {
	h.t.Helper()
	s, err := Start(h.t.Context(), req, keep, h.dial, func() {})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(s.Close)
	return s
}

func (h *host) terminal() (*Shell, *recorder) {
	h.t.Helper()
	r := &recorder{}
	return h.open(Request{TTY: true, Term: "xterm", Rows: 30, Columns: 100, Output: r.take}, time.Minute), r
}

func (h *host) send(s *Shell, text string) {
	h.t.Helper()
	if err := s.Write(h.t.Context(), []byte(text)); err != nil {
		h.t.Fatal(err)
	}
}

// shows waits for a text in the output.
func (h *host) shows(r *recorder, text string) {
	h.t.Helper()
	for limit := time.Now().Add(pace.Limit(20 * time.Second)); !strings.Contains(r.text(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			h.t.Fatalf("it never showed %q, but %q", text, r.text())
		}
	}
}

// exit waits for the end.
func (h *host) exit(s *Shell, want int) {
	h.t.Helper()
	h.eventually("ended", func() bool {
		select {
		case <-s.Done():
			return true
		default:
			return false
		}
	})
	if status, err := s.Result(); status != want || err != nil {
		h.t.Errorf("it ended with %d, %v; want %d", status, err, want)
	}
}

// TestShellTerminal: what a terminal has: a size that changes, Ctrl+C, UTF-8, and the
// exit status; and a shell that is left in a cut comes back with nothing lost.
func TestShellTerminal(t *testing.T) {
	t.Parallel()
	h := startHost(t)
	s, r := h.terminal()
	h.send(s, "stty size; echo term=$TERM utf8=$(stty -a | grep -o -- '-*iutf8')\n")
	h.shows(r, "30 100\r\n")
	h.shows(r, "term=xterm utf8=iutf8\r\n")
	s.Resize(41, 77)
	h.send(s, "stty size; sh -c 'echo run''ning; exec sleep 1000'\n")
	h.shows(r, "41 77\r\nrunning\r\n")
	h.send(s, "\x03echo stat''us $? h\u00e4\u6f22\n")
	h.shows(r, "status 130 h\u00e4\u6f22\r\n")
	h.cut(true)
	h.send(s, "echo in the d''ark\n")
	s.Resize(50, 60)
	h.cut(false)
	h.shows(r, "in the dark\r\n")
	h.send(s, "stty size; exit 7\n")
	h.shows(r, "50 60\r\n")
	h.exit(s, 7)
}

// TestShellReturn: another run of the program returns to a terminal with what runs in it. Its
// last output comes again, from the beginning of a line and without what programs asked the
// terminal, and a program that has the screen draws it.
func TestShellReturn(t *testing.T) {
	t.Parallel()
	h := startHost(t)
	s, r := h.terminal()
	again := func() (*Shell, *recorder) {
		t.Helper()
		s.Leave()
		r := &recorder{}
		return h.open(Request{Key: s.Key(), Rows: 30, Columns: 100, Output: r.take}, time.Minute), r
	}
	h.send(s, "kept=variable; printf 'old \\033[6n\\033[?25h\\033]11;?\\007 out''put\\n'\n")
	h.shows(r, "old \x1b[6n\x1b[?25h\x1b]11;?\a output\r\n")
	s, r = again()
	h.shows(r, "old \x1b[?25h output\r\n")
	h.send(s, "echo $kept; seq 100000 140000; sh -c 'trap \"echo dra\"wn WINCH; echo rea\"\"dy; while :; do sleep 0.1; done'\n")
	h.shows(r, "variable\r\n")
	h.shows(r, "ready\r\n")
	s, r = again()
	h.shows(r, "drawn\r\n")
	text := r.text()
	first, _, _ := strings.Cut(text, "\r\n")
	if n, err := strconv.Atoi(first); err != nil || n < 120000 || n > 134000 || !strings.Contains(text, "140000\r\nready\r\n") {
		t.Errorf("%d bytes of earlier output, from %q to %q", len(text), first, text[max(0, len(text)-100):])
	}
	h.send(s, "\x03exit 5\n")
	h.exit(s, 5)
	if _, err := Start(t.Context(), Request{Key: s.Key(), Rows: 30, Columns: 100}, time.Minute, h.dial, func() {}); !fault.Is(err, fault.ShellLost) {
		t.Errorf("one that has ended: %v", err)
	}
}

// TestShellEnvironment: each shell has the environment of the kernels, whatever the user's
// own files set, and what these files define besides; a terminal can start in any folder.
func TestShellEnvironment(t *testing.T) {
	t.Parallel()
	const bourne = "export KERNEL=other PATH=$PATH:/other OWN=own CONDA_PROMPT_MODIFIER='(base) '\nalias greet='echo hello'\nPS1='(base) $ '\n"
	for _, row := range []struct{ shell, file, content, kernel, prompt string }{
		{"bash", ".bashrc", bourne, "it's\n$(me) \\ !x", "(mine) $ "},
		{"zsh", ".zshrc", bourne, "it's\n$(me) \\ !x", "(mine) $ "},
		{"fish", ".config/fish/config.fish", "set -gx KERNEL other\nset -gx PATH $PATH /other\nset -gx OWN own\nalias greet='echo hello'\n", "it's\n$(me) \\ !x", ""},
		{"tcsh", ".tcshrc", "setenv KERNEL other\nsetenv PATH ${PATH}:/other\nsetenv OWN own\nalias greet echo hello\n", "it's $(me) \\ !x", ""},
		{"csh", ".cshrc", "setenv KERNEL other\nsetenv PATH ${PATH}:/other\nsetenv OWN own\nalias greet echo hello\n", "it's $(me) \\ !x", ""},
	} {
		t.Run(row.shell, func(t *testing.T) {
			t.Parallel()
			shell, err := exec.LookPath(row.shell)
			if err != nil {
				t.Skip(err)
			}
			h := startHost(t, "SHELL="+shell, "KERNEL="+row.kernel, "CONDA_PROMPT_MODIFIER=(mine) ", "PATH="+os.Getenv("PATH")+":/mine")
			file := filepath.Join(h.private, row.file)
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(row.content), 0o600); err != nil {
				t.Fatal(err)
			}
			folder := filepath.Join(h.private, "a 'b'\n\xff")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			r := &recorder{}
			s := h.open(Request{TTY: true, Term: "xterm", Rows: 30, Columns: 100, Directory: folder, Output: r.take}, time.Minute)
			h.send(s, "/usr/bin/printenv KERNEL OWN HOME; printenv PATH | sed 's/.*://'; greet; /bin/pwd; printenv ZDOTDIR || exit 4\n")
			lines := []string{row.kernel, "own", h.private, "/mine", "hello", folder, ""}
			h.shows(r, strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\r\n"))
			h.shows(r, row.prompt)
			h.exit(s, 4)
		})
	}
}

// TestShellInAFolderThatIsMissing says so.
func TestShellInAFolderThatIsMissing(t *testing.T) {
	t.Parallel()
	h := startHost(t)
	closed := 0
	_, err := Start(t.Context(), Request{TTY: true, Rows: 30, Columns: 100, Directory: "/no/such"}, time.Minute, h.dial, func() { closed++ })
	if closed != 1 {
		t.Errorf("closed was called %d times", closed)
	}
	if fault.CodeOf(err) != fault.ShellFailed || !strings.Contains(err.Error(), "/no/such: No such file or directory") {
		t.Errorf("it returns %v", err)
	}
}

// TestShellCommand: a command's input and outputs are apart and binary, its status is
// returned, and cuts at any byte lose nothing and repeat nothing.
func TestShellCommand(t *testing.T) {
	t.Parallel()
	h := startHost(t)
	for _, row := range []struct {
		command []string
		want    int
	}{
		{[]string{"true"}, 0},
		{[]string{"sh", "-c", "exit 9"}, 9},
		{[]string{"sh", "-c", "kill -TERM $$"}, 143},
		{[]string{"no-such-command"}, 127},
		{[]string{"/etc/passwd"}, 126},
		{[]string{"sh", "-c", "sleep 1000 & echo $! >background; exit 3"}, 3}, // in a job, it would end with that
	} {
		r := &recorder{}
		h.exit(h.open(Request{Command: row.command, Output: r.take}, time.Minute), row.want)
	}
	background, err := os.ReadFile(h.private + "/background")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("kill", strings.TrimSpace(string(background))).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}

	const size = 3 << 20
	input := make([]byte, size)
	_, _ = rand.Read(input)
	r, cuts := &recorder{}, 0
	output := func(ctx context.Context, stderr bool, data []byte) error {
		if r.stdout.Len() > cuts*300_000 {
			cuts++
			h.cut(false)
		}
		return r.take(ctx, stderr, data)
	}
	s := h.open(Request{Command: []string{"sh", "-c", "echo begin >&2; cat; echo end >&2"}, Output: output}, time.Minute)
	if err := s.Write(t.Context(), input); err != nil {
		t.Fatal(err)
	}
	s.CloseInput()
	h.exit(s, 0)
	if cuts < 10 {
		t.Errorf("only %d cuts", cuts)
	}
	if r.text() != string(input) || r.stderr.String() != "begin\nend\n" {
		t.Errorf("%d bytes came back of %d, and on stderr %q", r.stdout.Len(), size, r.stderr.String())
	}
}

// TestShellFlowControl: what nobody takes is not made: a command waits after 256 KiB.
func TestShellFlowControl(t *testing.T) {
	t.Parallel()
	h := startHost(t)
	var held sync.Mutex
	r := &recorder{}
	output := func(ctx context.Context, stderr bool, data []byte) error {
		held.Lock()
		defer held.Unlock()
		return r.take(ctx, stderr, data)
	}
	held.Lock()
	done := h.private + "/done"
	s := h.open(Request{Command: []string{"sh", "-c", "head -c 600000 /dev/zero; : >" + done}, Output: output}, time.Minute)
	for range 20 { // it would be done by now
		time.Sleep(20 * time.Millisecond)
		if _, err := os.Stat(done); err == nil {
			t.Error("it wrote more than anybody took")
			break
		}
	}
	held.Unlock()
	h.exit(s, 0)
	if r.stdout.Len() != 600000 {
		t.Errorf("%d bytes came", r.stdout.Len())
	}
}
