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
The commands are shown first, and run on the login node once you agree.`,
		Args:              maxArgs(1),
		ValidArgsFunction: completeClusters,
	}
	cmd.Flags().StringVar(&params.Path, "path", "", pathHelp)
	cmd.Flags().BoolVar(&yes, "yes", false, "run the commands without asking")
	if action == protocol.EnvironmentInstall {
		_ = cmd.MarkFlagRequired("path") // fails only without such a flag
	}
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
	a.screen.Line("Done. To use it: %s", commandText("start", params.Cluster, "env", result.Path))
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
	cluster := "" // the changes name it
	for _, c := range choices {
		if c.Change != nil {
			cluster = placeText(protocol.Session{Cluster: c.Change.Cluster, User: c.Change.User})
		}
	}
	var lines []string
	for _, c := range choices {
		switch {
		case len(lines) == maxChoices:
		case c.Kind == protocol.ChoiceEnvironment && c.Environment != nil && c.Environment.Request != nil:
			lines = append(lines, startCommandText(cluster, *c.Environment.Request))
		case c.Kind == protocol.ChoiceChange && c.Change != nil && c.Change.Action == protocol.EnvironmentInstall:
			lines = append(lines, commandText("environments install-kernel", cluster, "path", c.Change.Path))
		case c.Kind == protocol.ChoiceChange && c.Change != nil:
			lines = append(lines, commandText("environments create", cluster, "", ""))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return fmt.Sprintf("  You can:    %s\n", indent(strings.Join(lines, "\n")))
}

// startCommandText returns the command that starts a kernel in an environment.
func startCommandText(cluster string, e protocol.Environment) string {
	if e.Container != "" {
		return commandText("start", cluster, "container", e.Container)
	}
	return commandText("start", cluster, "env", e.Name)
}

// commandText returns a command line to copy, with a flag and its value if there is one. An empty
// cluster is the default one.
func commandText(command, cluster, flag, value string) string {
	text := "sunpyter " + command
	if cluster != "" {
		text += " " + plain.Line(cluster)
	}
	if flag != "" {
		text += " --" + flag + " " + loginshell.Quote(plain.Line(value))
	}
	return text
}
