package terminal

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// The exit codes, which `sunpyter help exit-codes` explains.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnconfirmed = 3
	exitInterrupted = 130
)

// errInterrupted means that a signal ended the command before it was done.
var errInterrupted = errors.New("interrupted")

// exitError ends the command with this code, without further output.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// report prints an error that has not been printed yet and returns the exit code. An error that is
// not a failure comes from parsing the command line of command.
func (p *program) report(err error, command string) int {
	if err == nil {
		return exitDone
	}
	if code, ok := errors.AsType[exitError](err); ok {
		return int(code)
	}
	interrupted := errors.Is(err, errInterrupted)
	f, failed := errors.AsType[*rpcclient.Failure](err)
	switch {
	case interrupted:
		_, _ = fmt.Fprintln(p.err, "Interrupted.")
		return exitInterrupted
	case failed:
		_, _ = fmt.Fprint(p.err, problemText(f.Problem))
		return exitCode(f.Problem)
	}
	_, _ = fmt.Fprintf(p.err, "sunpyter: %s\nSee `%s --help`.\n", strings.TrimSpace(plain.Text(err.Error())), command)
	return exitUsage
}

// exitCode returns the exit code for a problem.
func exitCode(problem protocol.Problem) int {
	switch fault.Code(problem.Code) {
	case fault.BadConfig, fault.BadRequest, fault.UnknownCluster:
		return exitUsage
	case fault.ReleaseUnconfirmed:
		return exitUnconfirmed
	}
	return exitFailed
}

// problemText returns a problem for the user: what was tried, what came back, what to do, each on
// its own lines.
func problemText(problem protocol.Problem) string {
	var b strings.Builder
	what, answer, advice := problem.Tried, problem.Answer, problem.Advice
	switch {
	case what == "" && answer == "": // the message is the whole
		what, advice = problem.Message, ""
	case what == "":
		what, answer = answer, ""
	}
	fmt.Fprintf(&b, "Failed: %s\n", indent(what))
	if answer != "" {
		fmt.Fprintf(&b, "  Answer:     %s\n", indent(answer))
	}
	if advice != "" {
		fmt.Fprintf(&b, "  What to do: %s\n", indent(sentence(advice)))
	}
	b.WriteString(choicesText(problem.Choices))
	if problem.Code != "" {
		fmt.Fprintf(&b, "  Code:       %s\n", plain.Text(problem.Code))
	}
	return b.String()
}

// indent aligns all lines but the first.
func indent(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(plain.Text(text)), "\n", "\n              ")
}

// maxArgs refuses more than n arguments.
func maxArgs(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return fmt.Errorf("unexpected argument %q", args[n])
		}
		return nil
	}
}

// flagSynonyms are other programs' names for our flags.
var flagSynonyms = map[string]string{
	"memory": "mem", "ram": "mem", "walltime": "time", "timelimit": "time", "hours": "time", "ncpus": "cpus", "cores": "cpus", "ntasks": "cpus",
	"queue": "partition", "project": "account", "chdir": "workdir", "dir": "workdir", "modules": "module", "keep": "grace", "timeout": "idle",
	"exclude": "sbatch-option", "nodelist": "sbatch-option", "exclusive": "sbatch-option", "nodes": "sbatch-option", "mail-type": "sbatch-option",
}

// suggestFlag adds a suggestion to the error about an unknown flag.
func suggestFlag(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	name := strings.ToLower(unknown.GetSpecifiedName())
	if name == "cluster" && strings.Contains(cmd.Use, "CLUSTER") {
		return fmt.Errorf("%w; write the cluster without it: %s", err, cmd.UseLine())
	}
	meant := flagSynonyms[name]
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if meant == "" && len(name) > 2 && !f.Hidden && (strings.HasPrefix(f.Name, name) || strings.HasPrefix(name, f.Name)) {
			meant = f.Name
		}
	})
	if flag := cmd.Flags().Lookup(meant); flag == nil || flag.Hidden {
		return err
	}
	return fmt.Errorf("%w; did you mean --%s?", err, meant)
}
