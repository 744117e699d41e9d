package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// ServeFunc runs the server on o's stdin and stdout until stdin closes or ctx ends, and returns
// when it has released its kernels.
type ServeFunc func(ctx context.Context, o ServeOptions) error

// ServeOptions are the options of the server.
type ServeOptions struct {
	// Version is the program's version.
	Version string
	// Stdin and Stdout carry the protocol.
	Stdin  io.ReadCloser
	Stdout io.WriteCloser
	// Stderr is where the log goes if LogFile is empty.
	Stderr io.Writer
	// LogFile is where the log goes; empty: Stderr.
	LogFile string
	// Verbose enables debug lines in the log.
	Verbose bool
}

// program is one run of the sunpyter command.
type program struct {
	version string
	serve   ServeFunc
	out     io.Writer
	err     io.Writer
}

// Main runs the command line of this process and returns its exit code: see `sunpyter help
// exit-codes`.
func Main(version string, serve ServeFunc) int {
	p := &program{version: version, serve: serve, out: os.Stdout, err: os.Stderr}
	return p.run(os.Args[1:])
}

func (p *program) run(args []string) int {
	root := p.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	if err != nil {
		err = &usageError{cmd.CommandPath(), err}
	}
	return p.report(err)
}

// signals returns a channel with the signals that end a command. The caller calls stop.
func signals() (ch chan os.Signal, stop func()) {
	ch = make(chan os.Signal, 4)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return ch, func() { signal.Stop(ch) }
}

// interruptible runs do with a context that the first signal cancels; the second signal ends the
// process.
func interruptible(do func(ctx context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	err := do(ctx)
	if err != nil && ctx.Err() != nil {
		return errors.Join(errInterrupted, err)
	}
	return err
}
