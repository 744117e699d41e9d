package terminal

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) environmentsCommand() *cobra.Command {
	var params protocol.ClusterEnvironmentsParams
	cmd := &cobra.Command{
		Use:        "environments [CLUSTER | USER | USER@HOST]",
		Aliases:    []string{"envs"},
		SuggestFor: []string{"conda", "venv", "modules", "kernels", "kernelspecs"},
		Short:      "List the Python environments on a cluster in which kernels can run",
		Long: `Environments lists what is on the cluster: environments of conda, mamba and pixi,
virtual environments (also uv's and poetry's), modules, and kernels that you
installed yourself. It looks at files and starts no job; it takes two seconds at most, or
20 where the site's module command is slow.

A kernel can run in an environment that has ipykernel. Jupyter itself may be in
another one.`,
		Example: `  sunpyter environments
  sunpyter environments alice@login.example.org --workdir '/scratch/$USER'`,
		Args:                       clusterNotCommand,
		ValidArgsFunction:          completeClusters,
		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(
		p.changeEnvironmentCommand(protocol.EnvironmentCreate, "create", "Make an environment with Jupyter and ipykernel, in your working directory", "make it in this `DIR` on the cluster"),
		p.changeEnvironmentCommand(protocol.EnvironmentInstall, "install-kernel", "Install ipykernel in an environment that has none", "the environment's `DIR` on the cluster"),
		p.changeEnvironmentCommand(protocol.EnvironmentRemove, "remove", "Remove an environment that create has made", "the environment's `DIR` on the cluster"),
	)
	cmd.Flags().StringVar(&params.WorkingDirectory, "workdir", "", "look in this `DIR` on the cluster, too; quote '$USER'")
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) error {
		params.Cluster = firstArg(args)
		return a.environments(ctx, params)
	})
}

// clusterNotCommand accepts a cluster, but no word that is probably a misspelt subcommand: it would
// be used as a user name, and a login with a wrong one may block the user's address.
func clusterNotCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	meant := cmd.SuggestionsFor(args[0])
	switch {
	case args[0] == "list":
		return fmt.Errorf("there is no command list; %s alone lists them", cmd.CommandPath())
	case len(meant) > 0:
		return fmt.Errorf("unknown command %q; did you mean %s? For a cluster or a user with this name, write @CLUSTER or USER@CLUSTER", args[0], meant[0])
	}
	return maxArgs(1)(cmd, args)
}

func (a *oneShot) environments(ctx context.Context, params protocol.ClusterEnvironmentsParams) error {
	params.ProgressToken, params.Refresh = "environments", true // there is no next time for modules that take long
	var result protocol.ClusterEnvironmentsResult
	if err := a.call(ctx, protocol.MethodClusterEnvironments, params, &result); err != nil {
		return err
	}
	a.emitter.emit(event{Event: "environments", Environments: &result})
	if len(result.Environments) == 0 {
		a.screen.Line("No environments were found on %s.", result.Title)
	} else {
		a.screen.Line("%s", environmentsTable(result.Environments))
	}
	if result.Incomplete {
		a.printNote("There was not enough time to look everywhere, so there may be more.")
	}
	return nil
}

// environmentsTable returns a table of environments.
func environmentsTable(environments []protocol.EnvironmentInfo) string {
	rows := [][]string{{"NAME", "KIND", "PYTHON", "KERNELS", "JUPYTER", "PATH"}}
	for _, e := range environments {
		kernel := string(e.Kernel)
		if e.Problem != "" {
			kernel = "no: " + e.Problem
		}
		rows = append(rows, []string{plain.Text(e.Name), cmp.Or(e.Manager, string(e.Kind)), dash(cmp.Or(e.PythonVersion, e.Language)),
			plain.Text(kernel), dash(string(e.Jupyter)), dash(e.Path)})
	}
	return table(rows)
}
