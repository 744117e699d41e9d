//go:build unix

package e2e

import (
	"bytes"
	"crypto/rand"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"
)

// TestShellProgram: sunpyter exec is for scripts, byte for byte; sunpyter shell is a terminal.
func TestShellProgram(t *testing.T) {
	t.Parallel()
	site, p := sharedProgram(t)
	node := p.ready().Session.Node

	p.runCommand("exec", "--", "sh", "-c", "hostname; echo error >&2; exit 9").check(t, 9, node+"\n", "error\n")
	p.runCommand("exec", "--", "sh", "-c", "kill -KILL $$").check(t, 137)
	p.runCommand("exec", "--", "no-such-command").check(t, 127, "sunpyter: no-such-command: No such file")
	p.runCommand("exec", "k00000000000", "--", "true").check(t, 255, "no kernel with this id")
	p.runCommand("exec", "nosuch", "--", "true").check(t, 255, "not the id of a kernel", "`sunpyter list`")
	p.runCommand("exec", "true").check(t, 2, "after --")
	p.runCommand("shell").check(t, 2, "in scripts, use exec")

	data := make([]byte, 2<<20)
	_, _ = rand.Read(data)
	cmd := exec.CommandContext(t.Context(), p.cmd.Path, "exec", "--", "cat")
	var out bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = p.cmd.Env, bytes.NewReader(data), &out, os.Stderr
	must(t, cmd.Run())
	if !bytes.Equal(out.Bytes(), data) {
		t.Errorf("%d bytes came back of %d, or others", out.Len(), len(data))
	}

	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	defer full.Close()
	cmd = exec.CommandContext(t.Context(), p.cmd.Path, "exec", "--", "seq", "1000000")
	cmd.Env, cmd.Stdout = p.cmd.Env, full
	if _ = cmd.Run(); cmd.ProcessState.ExitCode() != 255 {
		t.Errorf("output is lost: %v", cmd.ProcessState)
	}

	s := openTerminal(t, p, "shell")
	s.send("stty size; hostname\n")
	s.shows("37 99\r\n" + node + "\r\n")
	must(t, pty.Setsize(s.tty, &pty.Winsize{Rows: 20, Cols: 60}))
	s.send("until stty size | grep 60; do :; done; sh -c 'echo run''ning; exec sleep 1000'\n")
	s.shows("20 60\r\nrunning\r\n")
	s.send("\x03echo st''atus $?; exit 5\n")
	s.shows("status 130\r\n")
	if code := s.wait(); code != 5 {
		t.Errorf("sunpyter shell exits with %d", code)
	}

	s = openTerminal(t, p, "shell")
	s.send("sleep 4712\n")
	eventually(t, waitLimit, func() bool { return hasProcess(site.MustExec(t, node, "alice", "ps", "x", "-o", "args"), "sleep 4712") }, s.text)
	s.send("\r~.")
	s.wait()
	eventually(t, waitLimit, func() bool {
		return !hasProcess(site.MustExec(t, node, "alice", "ps", "x", "-o", "args"), "sleep 4712")
	},
		func() string { return "what ran in the shell still runs" })

	p.interrupt()
	nothingLeft(t, site)
}

func hasProcess(list, args string) bool { return strings.Contains(list, args+"\n") }

// terminalProgram is a command of the program on a terminal.
type terminalProgram struct {
	t   *testing.T
	cmd *exec.Cmd
	tty *os.File

	mu   sync.Mutex
	seen bytes.Buffer
	done chan struct{} // closed when all output was read
}

func openTerminal(t *testing.T, p *program, args ...string) *terminalProgram {
	t.Helper()
	s := &terminalProgram{t: t, cmd: exec.Command(p.cmd.Path, args...), done: make(chan struct{})}
	s.cmd.Env = append(p.cmd.Env, "TERM=xterm")
	var err error
	s.tty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Rows: 37, Cols: 99})
	must(t, err)
	go func() {
		defer close(s.done)
		buffer := make([]byte, 4096)
		for {
			n, err := s.tty.Read(buffer)
			s.mu.Lock()
			s.seen.Write(buffer[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
		_ = s.tty.Close()
		<-s.done
	})
	return s
}

func (s *terminalProgram) send(text string) {
	s.t.Helper()
	_, err := s.tty.WriteString(text)
	must(s.t, err)
}

func (s *terminalProgram) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen.String()
}

func (s *terminalProgram) shows(text string) {
	s.t.Helper()
	eventually(s.t, waitLimit, func() bool { return strings.Contains(s.text(), text) }, func() string { return "it shows " + s.text() })
}

func (s *terminalProgram) wait() int {
	s.t.Helper()
	_ = s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode()
}
