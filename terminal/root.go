package terminal

import (
	"github.com/spf13/cobra"
)

const rootHelp = `Sunpyter runs your notebook's cells on a compute node of a Slurm cluster.

First use, on Sunbird, with your Supercomputing Wales user name:

  sunpyter check your.scw.username      tests the way there and says what is missing
  sunpyter start your.scw.username      asks Slurm for 1 CPU and opens Jupyter

A node is yours until you press Ctrl+C in that terminal; then it is given back at
once. Ask for what you need and no more:

  sunpyter start your.scw.username --cpus 4 --mem 16G --time 2h

So that you need not type it each time, put your name into the configuration file
(sunpyter help configuration):

  [cluster.sunbird]
  user = "your.scw.username"

Your ssh keys, agent, configuration and known hosts are used as ssh uses them.`

// root gives the command with all its subcommands.
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
	root.AddCommand(p.startCommand(), p.takeCommand(), p.listCommand(), p.stopCommand(), p.logCommand(), p.checkCommand(),
		p.clustersCommand(), p.versionCommand(), p.serveCommand())
	root.AddCommand(topics()...)
	cobra.EnableCommandSorting = false
	return root
}
