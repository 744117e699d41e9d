package terminal

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

func (p *program) clustersCommand() *cobra.Command {
	return p.clientCommand(&cobra.Command{
		Use:        "clusters",
		SuggestFor: []string{"hosts", "profiles", "config"},
		Short:      "List the clusters that you can use",
		Args:       maxArgs(0),
	}, func(ctx context.Context, a *oneShot, _ []string) error { return a.clusters(ctx) })
}

func (a *oneShot) clusters(ctx context.Context) error {
	var result protocol.ClusterListResult
	if err := a.client.Call(ctx, protocol.MethodClusterList, protocol.ClusterListParams{}, &result); err != nil {
		return err
	}
	rows := [][]string{{"NAME", "TITLE", "HOST", "USER", "FROM"}}
	for _, c := range result.Clusters {
		a.emitter.emit(event{Event: "cluster", Cluster: &c})
		mark := ""
		if c.Name == result.Default {
			mark = " (default)"
		}
		rows = append(rows, []string{plain.Text(c.Name) + mark, dash(c.Title), dash(c.Host), dash(c.User), dash(c.Source)})
	}
	a.screen.Line("%s", table(rows))
	if len(result.SSHHosts) > 0 {
		a.screen.Line("You can also use hosts from your ssh configuration: %s.", strings.Join(result.SSHHosts, ", "))
	}
	return a.reportProblems(result.Problems)
}

// reportProblems prints the mistakes in the configuration, after what could be read of it.
func (a *oneShot) reportProblems(problems []protocol.Problem) error {
	var err error
	for _, problem := range problems {
		if err = a.emitter.emitError(&rpcclient.Failure{Problem: problem}); a.emitter == nil {
			a.printNote(strings.TrimSpace(problemText(problem)))
			err = exitError(exitCode(problem))
		}
	}
	return err
}

func (p *program) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  maxArgs(0),
		Run: func(*cobra.Command, []string) {
			if asJSON {
				newEmitter(p.out, true).emit(event{Event: "version", Version: p.version, Protocol: protocol.Version})
				return
			}
			_, _ = fmt.Fprintf(p.out, "sunpyter %s (protocol %d, %s, %s/%s)\n", p.version, protocol.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}
