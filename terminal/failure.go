package terminal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
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

// failure is a problem that the server or this client reports.
type failure struct{ problem protocol.Problem }

func (f *failure) Error() string { return f.problem.Message }

// newFailure returns a failure of this client.
func newFailure(code fault.Code, tried, answer, advice string) *failure {
	e := &fault.Error{Code: code, Tried: tried, Answer: answer, Advice: advice}
	return &failure{problemOf(e)}
}

// toFailure converts the error of a call. A closed connection and an ended context are returned
// unchanged.
func toFailure(err error) error {
	answer, ok := errors.AsType[*jsonrpc2.Error](err)
	if !ok {
		return err
	}
	var problem protocol.Problem
	if answer.Data == nil || json.Unmarshal(*answer.Data, &problem) != nil || problem.Code == "" {
		problem = protocol.Problem{Code: string(fault.Internal), Message: answer.Message}
		if protocol.ErrorCode(answer.Code) == protocol.ErrRequestCancelled {
			problem.Code = string(fault.Cancelled)
		}
	}
	return &failure{problem}
}

// hasCode reports whether err is a failure with this code.
func hasCode(err error, code fault.Code) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.problem.Code == string(code)
}

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
	f, failed := errors.AsType[*failure](err)
	switch {
	case interrupted:
		_, _ = fmt.Fprintln(p.err, "Interrupted.")
		return exitInterrupted
	case failed:
		_, _ = fmt.Fprint(p.err, problemText(f.problem))
		return exitCode(f.problem)
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

// problemOf converts an error of this program to a problem.
func problemOf(err error) protocol.Problem {
	render := fault.Terminal.Render
	problem := protocol.Problem{Code: string(fault.CodeOf(err)), Message: render(err.Error())}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		problem.Tried, problem.Answer, problem.Advice = render(f.Tried), render(f.Answer), render(f.Advice)
	}
	return problem
}
