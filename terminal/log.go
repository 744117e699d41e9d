package terminal

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

func (p *program) logCommand() *cobra.Command {
	var flags rpcclient.Options
	lines := 100
	cmd := &cobra.Command{
		Use:        "log [ID]",
		SuggestFor: []string{"logs"},
		Short:      "Show the last lines of a kernel's Jupyter log",
		Example: `  sunpyter log                   # of the only kernel
  sunpyter log k3v9q2 -n 500`,
		Args: maxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if lines < 1 || lines > 5000 {
				return fmt.Errorf("--lines is %d, but must be 1 to 5000", lines)
			}
			return p.withServer(flags, func(ctx context.Context, a *oneShot) error {
				return a.jupyterLog(ctx, firstArg(args), lines)
			})
		},
	}
	cmd.Flags().IntVarP(&lines, "lines", "n", lines, "how many `LINES` from the end, at most 5000")
	addClientFlags(cmd.Flags(), &flags)
	return cmd
}

func (a *oneShot) jupyterLog(ctx context.Context, id string, lines int) (err error) {
	if id == "" {
		if id, err = a.onlySession(ctx, "log"); err != nil {
			return err
		}
	}
	var result protocol.KernelLogResult
	params := protocol.KernelLogParams{SessionID: id, Lines: lines}
	if err := a.client.Call(ctx, protocol.MethodKernelLog, params, &result); err != nil {
		return err
	}
	a.emitter.emit(event{Event: "log", Text: &result.Text})
	if result.Text == "" {
		a.printNote("The log is empty.")
		return nil
	}
	a.screen.Line("%s", strings.TrimRight(result.Text, "\n"))
	return nil
}
