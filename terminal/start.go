package terminal

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// startOptions are the options of the commands start and take.
type startOptions struct {
	rpcclient.Options
	cluster   string
	noBrowser bool
	request   protocol.KernelRequest
	project   protocol.ProjectCopy // without a folder: none
	// adopt names a kernel to take over instead of starting one.
	adopt *protocol.KernelTakeOverParams
}

func (p *program) startCommand() *cobra.Command {
	var o startOptions
	cmd := &cobra.Command{
		Use:        "start [CLUSTER | USER | USER@HOST]",
		SuggestFor: []string{"run", "launch", "new", "sbatch", "jupyter"},
		Short:      "Start a kernel on a compute node and open Jupyter in the browser",
		Long: `Start asks Slurm for a job, starts Jupyter in it and opens it in your browser.
The kernel runs until you press Ctrl+C or close the terminal; then the node is
released. Started with nohup, it also survives the terminal: use sunpyter stop. If
this computer crashes or stays offline, the job stops by itself after 15 minutes;
--grace changes this.

Cells run on the compute node and cannot see files on this computer. With --project,
a folder is copied to the cluster meanwhile (see sunpyter push), and cells run in it.

Without CLUSTER, the default cluster is used. A single word that is not a cluster's
name is your user name on the default cluster. See sunpyter help naming.`,
		Example: `  sunpyter start your.scw.username          # Sunbird, 1 CPU
  sunpyter start --cpus 4 --mem 16G --time 2h
  sunpyter start sunbird --partition gpu --gpus 1
  sunpyter start alice@login.example.org --module python/3.12 --workdir '/scratch/$USER'
  sunpyter start --project .                # with a copy of this folder
  sunpyter start --env OMP_NUM_THREADS=4 --setup 'ulimit -c 0'
  sunpyter start --json --no-browser | jq -r 'select(.event=="ready").url'`,
		Args:              maxArgs(1),
		ValidArgsFunction: completeClusters,
		RunE: func(_ *cobra.Command, args []string) error {
			o.cluster = firstArg(args)
			return p.start(o)
		},
	}
	cmd.Flags().SortFlags = false
	addRequestFlags(cmd.Flags(), &o.request)
	cmd.Flags().Func("project", "copy this `DIR` to the cluster, and run cells there", parsed(&o.project.Folder, filepath.Abs))
	addProjectFlags(cmd.Flags(), &o.project)
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "only print the link")
	addClientFlags(cmd.Flags(), &o.Options)
	return cmd
}

// start runs one kernel from its request to its release.
func (p *program) start(o startOptions) (err error) {
	if o.project.Include, err = namesIn(o.project.Folder, o.project.Include); err != nil {
		return err
	}
	ch, stop := signals()
	defer stop()
	r := newRunner(p, o, ch)
	defer r.screen.Close()
	client, err := rpcclient.Connect(context.Background(), p.version, o.Options, r.handler())
	if err != nil {
		return r.fail(err)
	}
	r.client = client
	defer r.closeClient()
	defer close(r.done)
	return r.run()
}

// startKernel requests the kernel and waits until it is ready. If interrupted, it waits until
// everything begun is undone.
func (r *runner) startKernel() (protocol.KernelStartResult, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.interrupts.onFirst = func() {
		cancel()
		r.screen.SetStatus("Cancelling…", false)
	}
	var result protocol.KernelStartResult
	err := r.await(func() error {
		if r.options.adopt != nil {
			return r.client.Call(ctx, protocol.MethodKernelTakeOver, r.options.adopt, &result)
		}
		params := protocol.KernelStartParams{Cluster: r.options.cluster, Request: r.options.request, ProgressToken: "start"}
		if r.options.project.Folder != "" {
			params.Project = &r.options.project
		}
		return r.client.Call(ctx, protocol.MethodKernelStart, params, &result)
	})
	if err != nil {
		return protocol.KernelStartResult{}, err
	}
	return result, nil
}

func (p *program) takeCommand() *cobra.Command {
	var o startOptions
	cmd := &cobra.Command{
		Use:        "take [ID | JOBID] [CLUSTER]",
		SuggestFor: []string{"adopt", "attach", "reconnect", "resume", "connect"},
		Short:      "Take over a kernel from another window or computer",
		Long: `Take moves a running kernel to this terminal: from another window or terminal, from
another computer, or after a crash. Its variables are kept, and its previous window
is notified.

` + "`sunpyter list`" + ` shows the ids and the job numbers. A kernel that this computer does
not know is looked up on CLUSTER, or on the default cluster. Without an id, the only
kernel on this computer is taken over. As after start, Ctrl+C stops it.`,
		Example: `  sunpyter take                      # the only one that this computer knows
  sunpyter take 4711 sunbird         # job 4711, wherever it was started
  sunpyter take k3f00c0ffee1 --no-browser`,
		Args: maxArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			params, err := p.takeParams(o.Options, args)
			if err != nil {
				return err
			}
			o.adopt = &params
			return p.start(o)
		},
	}
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "only print the link")
	addClientFlags(cmd.Flags(), &o.Options)
	return cmd
}

// takeParams parses the arguments: digits are a job id, anything else is a session id. A server of
// its own fills in what is missing.
func (p *program) takeParams(flags rpcclient.Options, args []string) (protocol.KernelTakeOverParams, error) {
	params := protocol.KernelTakeOverParams{Cluster: firstArg(args[min(1, len(args)):]), ProgressToken: "take"}
	err := p.withServer(flags, func(ctx context.Context, a *oneShot) (err error) {
		if len(args) == 0 {
			params.SessionID, err = a.oneSession(ctx, "", "take")
			return err
		}
		switch {
		case !isJobID(args[0]):
			params.SessionID = args[0]
		case len(args) == 1:
			if params.SessionID, err = a.knownJob(ctx, args[0]); params.SessionID != "" || err != nil {
				return err
			}
			fallthrough
		default:
			params.JobID = args[0]
		}
		params.Cluster, err = a.defaultCluster(ctx, params.Cluster)
		return err
	})
	return params, err
}
