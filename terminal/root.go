package terminal

import (
	"github.com/spf13/cobra"
)

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
