package terminal

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// changeEnvironmentCommand returns the command for an action on environments.
func (p *program) changeEnvironmentCommand(action protocol.EnvironmentAction, name, short, pathHelp string) *cobra.Command {
	var yes bool
	params := protocol.EnvironmentChangeParams{Action: action}
	cmd := &cobra.Command{
		Use:   name + " [CLUSTER | USER | USER@HOST]",
		Short: short,
		Long: short + `.
The commands are shown first. They run on the login node after your yes.`,
		Args:              maxArgs(1),
		ValidArgsFunction: completeClusters,
	}
	cmd.Flags().StringVar(&params.Path, "path", "", pathHelp)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask first")
	return p.clientCommand(cmd, func(ctx context.Context, a *oneShot, args []string) error {
		params.Cluster = firstArg(args)
		return a.changeEnvironment(ctx, params, yes)
	})
}

// changeEnvironment shows the commands, and has them run after a yes.
func (a *oneShot) changeEnvironment(ctx context.Context, params protocol.EnvironmentChangeParams, yes bool) error {
	var result protocol.EnvironmentChangeResult
	plan := params
	plan.DryRun = true
	if err := a.call(ctx, protocol.MethodEnvironmentChange, plan, &result); err != nil {
		return err
	}
	if !yes && !a.confirmCommands(ctx, result.Commands) {
		return rpcclient.NewFailure(fault.PromptUnanswered, "changing the environment "+result.Path, "you did not answer yes, so nothing was done", "Answer yes, or use --yes.")
	}
	params.Path, params.ProgressToken = result.Path, "environment"
	if err := a.call(ctx, protocol.MethodEnvironmentChange, params, &result); err != nil {
		return err
	}
	a.emitter.emit(event{Event: "environment", Environment: &result})
	if params.Action == protocol.EnvironmentRemove {
		a.screen.Line("Removed %s.", result.Path)
		return nil
	}
	a.screen.Line("Done. To use it: sunpyter start --env %s", loginshell.Quote(result.Path))
	return nil
}

// confirmCommands shows commands, and asks whether to run them.
func (a *oneShot) confirmCommands(ctx context.Context, commands []string) bool {
	return a.prompter().Confirm(ctx, protocol.PromptConfirmParams{
		Message: "Run these commands on the login node?", Detail: strings.Join(commands, "\n"), Accept: "Run",
	}).Accepted
}

// maxChoices is how many choices the terminal shows.
const maxChoices = 6

// choicesText returns the commands for what the user can do after a problem.
func choicesText(choices []protocol.Choice) string {
	var lines []string
	for _, c := range choices {
		switch {
		case len(lines) == maxChoices:
		case c.Kind == protocol.ChoiceEnvironment && c.Environment != nil && c.Environment.Request != nil:
			lines = append(lines, "sunpyter start --env "+loginshell.Quote(plain.Line(c.Environment.Request.Name)))
		case c.Kind == protocol.ChoiceChange && c.Change != nil && c.Change.Action == protocol.EnvironmentInstall:
			lines = append(lines, "sunpyter environments install-kernel --path "+loginshell.Quote(plain.Line(c.Change.Path)))
		case c.Kind == protocol.ChoiceChange && c.Change != nil:
			lines = append(lines, "sunpyter environments create")
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return fmt.Sprintf("  You can:    %s\n", indent(strings.Join(lines, "\n")))
}
