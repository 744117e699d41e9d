package terminal

import (
	"errors"
	"fmt"
	"strings"

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
// not a failure comes from parsing the command line.
func (p *program) report(err error) int {
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
	command := "sunpyter"
	if usage, ok := errors.AsType[*usageError](err); ok {
		command = usage.command
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
	if problem.Code != "" {
		fmt.Fprintf(&b, "  Code:       %s\n", plain.Text(problem.Code))
	}
	return b.String()
}

// indent aligns all lines but the first.
func indent(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(plain.Text(text)), "\n", "\n              ")
}
