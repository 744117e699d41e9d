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
	out := &output{file: os.Stdout}
	p := &program{version: version, serve: serve, out: out, err: os.Stderr}
	code := p.run(os.Args[1:])
	if err := out.failed.Load(); err != nil && code == exitDone {
		return p.report(outputFailure(*err), "sunpyter")
	}
	return code
}

func (p *program) run(args []string) int {
	root := p.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	return p.report(err, cmd.CommandPath())
}

// signals returns a channel with the signals that end a command. The caller calls stop.
func signals() (ch chan os.Signal, stop func()) {
	ch = make(chan os.Signal, 4)
	signal.Notify(ch, ending(signal.Ignored)...)
	return ch, func() { signal.Stop(ch) }
}

// ending returns the signals that end a command; that of a closed terminal only without nohup.
func ending(ignored func(os.Signal) bool) []os.Signal {
	list := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// interruptible runs do with a context that the first signal cancels; the second signal ends the
// process.
func interruptible(do func(ctx context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), ending(signal.Ignored)...)
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
	ctx, stop := signal.NotifyContext(context.Background(), ending(signal.Ignored)...)
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

const rootHelp = `Sunpyter runs your notebook's cells on a compute node of a Slurm cluster.

First use, on Sunbird, with your Supercomputing Wales user name:

  sunpyter check your.scw.username      checks the connection and reports problems
  sunpyter start your.scw.username      asks Slurm for 1 CPU and opens Jupyter

The node is yours until you press Ctrl+C in that terminal; then it is released at
once. Nodes are shared, so ask only for what you need:

  sunpyter start your.scw.username --cpus 4 --mem 16G --time 2h

To avoid typing your user name each time, put it in the configuration file
(sunpyter help configuration):

  [cluster.sunbird]
  user = "your.scw.username"

Sunpyter uses your ssh keys, agent, configuration and known hosts as ssh does.`

// root returns the command with all its subcommands.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "sunpyter",
		Short:         "A kernel on a compute node, for the notebook on your laptop",
		Long:          rootHelp,
		Version:       p.version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(suggestFlag)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.AddCommand(p.startCommand(), p.whenCommand(), p.takeCommand(), p.listCommand(), p.stopCommand(), p.topCommand(), p.logCommand(), p.checkCommand(),
		p.shellCommand(), p.execCommand(), p.lsCommand(), p.pushCommand(), p.pullCommand(),
		p.clustersCommand(), p.environmentsCommand(), p.siteCommand(), p.versionCommand(), p.serveCommand())
	root.AddCommand(topics()...)
	cobra.EnableCommandSorting = false
	return root
}
