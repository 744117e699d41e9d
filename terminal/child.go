package terminal

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

// tailLines is how many of the server's last lines of stderr are kept, for the case that it dies.
const tailLines = 20

// drainTime is how long the pipes of a child that has ended are still read: longer
// only a process that it left behind could hold them open.
const drainTime = time.Second

// child is a running `sunpyter serve`. It is the stream of the connection to it:
// reading is its stdout, writing is its stdin, Close ends both. It ends by itself
// once its stdin has ended.
type child struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	stderr *os.File
	exited chan struct{}  // closed once the process has ended
	copies sync.WaitGroup // the goroutines that belong to it

	mu   sync.Mutex
	tail []string // the last lines of stderr
}

// startChild runs this program's own file with args.
func startChild(args, env []string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's file: %w", err)
	}
	c := &child{cmd: exec.Command(exe, args...), exited: make(chan struct{})}
	c.cmd.Env = env
	c.cmd.SysProcAttr = apart()
	if err := c.startWithPipes(); err != nil {
		return nil, fmt.Errorf("starting %s serve: %w", exe, err)
	}
	c.copies.Go(c.readErrors)
	c.copies.Go(c.awaitExit)
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

// Read reads what the server says.
func (c *child) Read(p []byte) (int, error) { return c.stdout.Read(p) }

// Write says something to the server.
func (c *child) Write(p []byte) (int, error) { return c.stdin.Write(p) }

// Close ends the server's stdin, which is the sign for it to release all and end,
// and stops reading.
func (c *child) Close() error { return errors.Join(c.stdin.Close(), c.stdout.Close()) }

// endInput ends the server's stdin alone; what it still says is read.
func (c *child) endInput() { _ = c.stdin.Close() }

func (c *child) readErrors() {
	defer func() { _ = c.stderr.Close() }()
	lines := bufio.NewReaderSize(c.stderr, 4096)
	for {
		// A line longer than the buffer comes in pieces, each as a line of its own.
		piece, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		c.keep(string(piece))
	}
}

func (c *child) keep(line string) {
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

// lastWords returns how the process ended and the last lines of its stderr. It is
// called once exited is closed.
func (c *child) lastWords() string {
	c.copies.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(append([]string{c.cmd.ProcessState.String()}, c.tail...), "\n")
}
