package terminal

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
)

// startOptions is what the command line of start says.
type startOptions struct {
	clientFlags
	cluster   string
	noBrowser bool
	request   protocol.KernelRequest
	// take names a kernel to take over, instead of starting one.
	take *protocol.KernelAdoptParams
}

func (p *program) startCommand() *cobra.Command {
	var o startOptions
	cmd := &cobra.Command{
		Use:        "start [CLUSTER | USER | USER@HOST]",
		SuggestFor: []string{"run", "launch", "new", "sbatch", "jupyter"},
		Short:      "Start a kernel on a compute node and open Jupyter in the browser",
		Long: `Start asks Slurm for a job, starts Jupyter in it and opens it in your browser.
The kernel runs until you press Ctrl+C or close the terminal; then the node is
released. If this computer crashes or stays offline, the job stops by itself after
15 minutes; --grace changes this.

Cells run on the compute node and cannot see files on this computer.

Without CLUSTER, the default cluster is used. A single word that is not a cluster's
name is your user name on the default cluster. See sunpyter help naming.`,
		Example: `  sunpyter start your.scw.username          # Sunbird, 1 CPU
  sunpyter start --cpus 4 --mem 16G --time 2h
  sunpyter start sunbird --partition gpu --gpus 1
  sunpyter start alice@login.example.org --module python/3.12 --workdir '/scratch/$USER'
  sunpyter start --env OMP_NUM_THREADS=4 --setup 'ulimit -c 0'
  sunpyter start --json --no-browser | jq -r 'select(.event=="ready").url'`,
		Args:              atMost(1),
		ValidArgsFunction: completeClusters,
		RunE: func(_ *cobra.Command, args []string) error {
			o.cluster = first(args)
			return p.start(o)
		},
	}
	cmd.Flags().SortFlags = false
	requestFlags(cmd.Flags(), &o.request)
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "only print the link")
	clientFlagsOn(cmd.Flags(), &o.clientFlags)
	return cmd
}

// start runs one kernel from its request to its release.
func (p *program) start(o startOptions) error {
	ch, stop := signals()
	defer stop()
	h := newHolder(p, o, ch)
	defer h.screen.close()
	client, err := p.connect(context.Background(), o.clientFlags, h.handler())
	if err != nil {
		return h.failed(err)
	}
	h.client = client
	defer h.leaveOrClose()
	defer close(h.over)
	return h.hold()
}

// begin asks for the kernel and waits until it can be used. Interrupted, it waits
// until everything begun is undone.
func (h *holder) begin() (protocol.KernelStartResult, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	h.onInterrupt = func() {
		cancel()
		h.screen.wait("Cancelling…", false)
	}
	var result protocol.KernelStartResult
	err := h.await(func() error {
		if h.options.take != nil {
			return h.client.call(ctx, protocol.MethodKernelAdopt, h.options.take, &result)
		}
		params := protocol.KernelStartParams{Cluster: h.options.cluster, Request: h.options.request, ProgressToken: "start"}
		return h.client.call(ctx, protocol.MethodKernelStart, params, &result)
	})
	if err != nil {
		return protocol.KernelStartResult{}, err
	}
	return result, nil
}
