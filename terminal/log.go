package terminal

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/protocol"
)

func (p *program) logCommand() *cobra.Command {
	lines := 100
	cmd := &cobra.Command{
		Use:        "log [ID]",
		SuggestFor: []string{"logs"},
		Short:      "Show the last lines of a kernel's Jupyter log",
		Example: `  sunpyter log                   # of the only kernel
  sunpyter log k3v9q2 -n 500`,
		Args: maxArgs(1),
		PreRunE: func(*cobra.Command, []string) error {
			if lines < 1 || lines > 5000 {
				return fmt.Errorf("--lines is %d, but must be 1 to 5000", lines)
			}
			return nil
		},
	}
	cmd.Flags().IntVarP(&lines, "lines", "n", lines, "how many `LINES` from the end, at most 5000")
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) error {
		return a.jupyterLog(ctx, firstArg(args), lines)
	})
}

func (a *oneShot) jupyterLog(ctx context.Context, named string, lines int) error {
	id, err := a.oneSession(ctx, named, "log")
	if err != nil {
		return err
	}
	var result protocol.KernelLogResult
	params := protocol.KernelLogParams{SessionID: id, Lines: lines}
	if err := a.call(ctx, protocol.MethodKernelLog, params, &result); err != nil {
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
