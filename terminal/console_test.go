//go:build !windows

package terminal

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// testConsole is sunpyter running on a terminal of its own.
type testConsole struct {
	t     *testing.T
	cmd   *exec.Cmd
	tty   *os.File
	marks string

	mu   sync.Mutex
	seen strings.Builder
	done chan struct{} // closed when all output has been read

	waited chan struct{} // closed when the process has exited
}

// openConsole runs sunpyter with args and ends it with the test.
func openConsole(t *testing.T, args ...string) *testConsole {
	t.Helper()
	exe, err := exec.LookPath("sunpyter")
	if err != nil {
		t.Fatal(err)
	}
	c := &testConsole{t: t, cmd: exec.Command(exe, args...), marks: filepath.Join(t.TempDir(), "marks"), done: make(chan struct{}), waited: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), "FAKE_MARKS="+c.marks, "TERM=xterm", "GORACE="+noLinger, "DISPLAY=", "WAYLAND_DISPLAY=", "WSL_DISTRO_NAME=")
	if c.tty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Rows: 24, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	go c.read()
	go func() {
		defer close(c.waited)
		_ = c.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		<-c.waited
		_ = c.tty.Close()
		<-c.done
	})
	return c
}

func (c *testConsole) read() {
	defer close(c.done)
	buffer := make([]byte, 4096)
	for {
		n, err := c.tty.Read(buffer)
		c.mu.Lock()
		c.seen.Write(buffer[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *testConsole) output() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen.String()
}

// expect waits until the terminal's output matches pattern.
func (c *testConsole) expect(pattern string) {
	c.t.Helper()
	re := regexp.MustCompile(pattern)
	deadline := time.Now().Add(patient)
	for !re.MatchString(c.output()) {
		if time.Now().After(deadline) {
			c.t.Fatalf("%q did not come; the terminal shows:\n%s", pattern, c.output())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// awaitMark waits until the fake server has written this line.
func (c *testConsole) awaitMark(line string) {
	c.t.Helper()
	eventually(c.t, "the mark "+line, func() bool {
		content, _ := os.ReadFile(c.marks)
		return strings.Contains("\n"+string(content), "\n"+line+"\n")
	})
}

func (c *testConsole) press(keys string) {
	c.t.Helper()
	if _, err := c.tty.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// hangUp closes the terminal as a closed window does. A blocked read keeps the file open: the
// terminal's echo ends it.
func (c *testConsole) hangUp() {
	c.t.Helper()
	again, err := syscall.Dup(int(c.tty.Fd()))
	if err != nil {
		c.t.Fatal(err)
	}
	_ = c.tty.Close()
	_, _ = syscall.Write(again, []byte(" "))
	<-c.done
	_ = syscall.Close(again)
}

// exitCode waits for the process and returns its exit code.
func (c *testConsole) exitCode() int {
	c.t.Helper()
	select {
	case <-c.waited:
		return c.cmd.ProcessState.ExitCode()
	case <-time.After(patient):
		c.t.Fatalf("it does not end; the terminal shows:\n%s", c.output())
		return -1
	}
}

// wantExit waits for the process and compares its exit code.
func (c *testConsole) wantExit(want int) {
	c.t.Helper()
	if got := c.exitCode(); got != want {
		c.t.Errorf("exit code %d, want %d; the terminal shows:\n%s", got, want, c.output())
	}
}
