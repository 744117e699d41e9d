package terminal

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

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
	err := p.serve(ctx, ServeOptions{
		Version: p.version, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		LogFile: flags.LogFile, Verbose: flags.Verbose,
	})
	if err != nil {
		return &rpcclient.Failure{Problem: rpcclient.ProblemOf(err)}
	}
	return nil
}
