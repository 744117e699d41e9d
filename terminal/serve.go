package terminal

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func (p *program) serveCommand() *cobra.Command {
	var flags clientFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve an editor: JSON-RPC on stdin and stdout",
		Long: `Serve speaks Sunpyter's protocol on stdin and stdout, as a language server does;
editors start it by themselves. It ends when its input ends, and releases its kernels first.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.serveWire(flags) },
	}
	serverFlagsOn(cmd.Flags(), &flags)
	return cmd
}

func (p *program) serveWire(flags clientFlags) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// The client may die at any moment. Writing to what it leaves must then fail, and not
	// end this process, which has its kernels to release. Caught, not ignored: what is ignored
	// is ignored in children, too.
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	defer signal.Stop(pipes)
	err := p.serve(ctx, ServeOptions{
		Version: p.version, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LogFile: flags.logFile, Verbose: flags.verbose,
	})
	if err != nil {
		return &failure{problemOf(err)}
	}
	return nil
}
