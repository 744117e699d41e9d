package terminal

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// serveFunc runs the server on stdin and stdout until stdin closes or ctx ends, and returns when
// it has released its kernels. An empty logFile is stderr; verbose enables debug lines in the log.
type serveFunc func(ctx context.Context, logFile string, verbose bool) error

// program is one run of the sunpyter command.
type program struct {
	version string
	serve   serveFunc
	out     io.Writer
	err     io.Writer
}

// Main runs the command line of this process and returns its exit code: see `sunpyter help
// exit-codes`.
func Main(version string, serve serveFunc) int {
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

func (p *program) serveCommand() *cobra.Command {
	var flags rpcclient.Options
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve an editor: JSON-RPC on stdin and stdout",
		Long: `Serve speaks Sunpyter's protocol on stdin and stdout, as a language server does;
editors start it. When its input ends, it releases its kernels and exits.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.serveWire(flags) },
	}
	addServerFlags(cmd.Flags(), &flags)
	return cmd
}

func (p *program) serveWire(flags rpcclient.Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// The client may die at any moment. Writing to its pipe must then fail rather than end this
	// process, which has kernels to release. The signal is caught, not ignored, because children
	// would inherit that.
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	defer signal.Stop(pipes)
	if err := p.serve(ctx, flags.LogFile, flags.Verbose); err != nil {
		return &rpcclient.Failure{Problem: rpcclient.ProblemOf(err)}
	}
	return nil
}
