package rpcclient

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// tailLines is how many lines at the end of the server's stderr are kept, for the report of a
// crash.
const tailLines = 20

// drainTime is how long the pipes of a child that has exited are read: after that, only a process
// that it started could hold them open.
const drainTime = time.Second

// child is a running `sunpyter serve`. It is the stream of the connection: Read reads its stdout,
// Write writes to its stdin, Close closes both. It exits by itself when its stdin is closed.
type child struct {
	cmd        *exec.Cmd
	stdin      *os.File
	stdout     *os.File
	stderr     *os.File
	exited     chan struct{}  // closed when the process has exited
	goroutines sync.WaitGroup // those that read stderr and wait for the process

	mu   sync.Mutex
	tail []string // the last lines of stderr
}

// startChild runs this program with args.
func startChild(args, env []string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's file: %w", err)
	}
	c := &child{cmd: exec.Command(exe, args...), exited: make(chan struct{})}
	c.cmd.Env = env
	c.cmd.SysProcAttr = detached()
	if err := c.startWithPipes(); err != nil {
		return nil, fmt.Errorf("starting %s serve: %w", exe, err)
	}
	c.goroutines.Go(c.readErrors)
	c.goroutines.Go(c.awaitExit)
	return c, nil
}

func (c *child) startWithPipes() (err error) {
	var opened [6]*os.File // read and write end of stdin, stdout, stderr
	defer func() {
		for _, theirs := range []*os.File{opened[0], opened[3], opened[5]} {
			_ = theirs.Close()
		}
		if err != nil {
			for _, ours := range []*os.File{opened[1], opened[2], opened[4]} {
				_ = ours.Close()
			}
		}
	}()
	for i := 0; i < len(opened); i += 2 {
		if opened[i], opened[i+1], err = os.Pipe(); err != nil {
			return err
		}
	}
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = opened[0], opened[3], opened[5]
	c.stdin, c.stdout, c.stderr = opened[1], opened[2], opened[4]
	return c.cmd.Start()
}

// Read reads the server's stdout.
func (c *child) Read(p []byte) (int, error) { return c.stdout.Read(p) }

// Write writes to the server's stdin.
func (c *child) Write(p []byte) (int, error) { return c.stdin.Write(p) }

// Close closes the server's stdin, so that it releases everything and exits, and stops reading.
func (c *child) Close() error { return errors.Join(c.stdin.Close(), c.stdout.Close()) }

// endInput closes the server's stdin only; its remaining output is still read.
func (c *child) endInput() { _ = c.stdin.Close() }

func (c *child) readErrors() {
	defer func() { _ = c.stderr.Close() }()
	lines := bufio.NewReaderSize(c.stderr, 4096)
	for {
		// A line longer than the buffer is stored as several lines.
		piece, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		c.appendTail(string(piece))
	}
}

func (c *child) appendTail(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tail = append(c.tail, line)
	c.tail = c.tail[max(0, len(c.tail)-tailLines):]
}

func (c *child) awaitExit() {
	_ = c.cmd.Wait()
	close(c.exited)
	_ = c.stdout.SetReadDeadline(time.Now().Add(drainTime))
	_ = c.stderr.SetReadDeadline(time.Now().Add(drainTime))
}

// exitReport returns the exit status and the last lines of stderr. Call it only after exited is
// closed.
func (c *child) exitReport() string {
	c.goroutines.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(append([]string{c.cmd.ProcessState.String()}, c.tail...), "\n")
}
