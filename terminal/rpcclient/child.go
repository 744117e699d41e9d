package rpcclient

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/internal/detached"
)

// tailBytes is how much of the end of the server's stderr is kept, for the report of a crash.
const tailBytes = 4 << 10

// drainTime is how long the pipes of a child that has exited are read: after that, only a process
// that it started could hold them open.
const drainTime = time.Second

// child is a running `sunpyter serve`. It is the stream of the connection: Read reads its stdout,
// Write writes to its stdin, Close closes both. It exits by itself when its stdin is closed.
type child struct {
	*io.PipeReader // its stdout
	io.WriteCloser // its stdin
	cmd            *exec.Cmd
	stderr         bounded.Tail
	exited         chan struct{} // closed when the process has exited and its output was read
}

// startChild runs this program with args.
func startChild(args, env []string) (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's file: %w", err)
	}
	c := &child{cmd: exec.Command(exe, args...), stderr: bounded.Tail{Limit: tailBytes}, exited: make(chan struct{})}
	stdout, output := io.Pipe()
	c.PipeReader = stdout
	c.cmd.Env, c.cmd.Stdout, c.cmd.Stderr = env, output, &c.stderr
	c.cmd.SysProcAttr, c.cmd.WaitDelay = detached.Attributes(), drainTime
	c.WriteCloser, err = c.cmd.StdinPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("starting %s serve: %w", exe, err)
	}
	go func() {
		_ = c.cmd.Wait()
		_ = output.Close()
		close(c.exited)
	}()
	return c, nil
}

// Close closes the server's stdin, so that it releases everything and exits, and stops reading.
func (c *child) Close() error { return errors.Join(c.WriteCloser.Close(), c.PipeReader.Close()) }

// exitReport returns the exit status and the last lines of stderr. Call it only after exited is
// closed.
func (c *child) exitReport() string { return c.cmd.ProcessState.String() + "\n" + c.stderr.String() }
