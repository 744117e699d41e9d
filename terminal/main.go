package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// ServeFunc is the server: it speaks the protocol on o's stdin and stdout until
// the input ends or ctx is done, has then released its kernels, and returns.
type ServeFunc func(ctx context.Context, o ServeOptions) error

// ServeOptions is what the command line says to the server.
type ServeOptions struct {
	// Version is the program's version.
	Version string
	// Stdin and Stdout are the wire.
	Stdin  io.ReadCloser
	Stdout io.WriteCloser
	// Stderr takes the log where no file is named.
	Stderr io.Writer
	// LogFile is where the log goes; empty: Stderr.
	LogFile string
	// Verbose asks for the log's debug lines.
	Verbose bool
}

// program is one run of the sunpyter command.
type program struct {
	version string
	serve   ServeFunc
	out     io.Writer
	err     io.Writer
}

// Main runs the command line of this process and gives its exit code: see
// `sunpyter help exit-codes`.
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

// signals returns the ways in which a user, the terminal or the system ends a command.
// The caller stops them.
func signals() (ch chan os.Signal, stop func()) {
	ch = make(chan os.Signal, 4)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return ch, func() { signal.Stop(ch) }
}

// interruptible runs do with a context that the first signal ends; the next one ends
// the process as signals do.
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
