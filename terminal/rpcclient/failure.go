package rpcclient

import (
	"encoding/json"
	"errors"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sourcegraph/jsonrpc2"
)

// Failure is a problem that the server or this client reports.
type Failure struct{ Problem protocol.Problem }

func (f *Failure) Error() string { return f.Problem.Message }

// NewFailure returns a failure of this client.
func NewFailure(code fault.Code, tried, answer, advice string) *Failure {
	e := &fault.Error{Code: code, Tried: tried, Answer: answer, Advice: advice}
	return &Failure{ProblemOf(e)}
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
	return &Failure{problem}
}

// HasCode reports whether err is a failure with this code.
func HasCode(err error, code fault.Code) bool {
	f, ok := errors.AsType[*Failure](err)
	return ok && f.Problem.Code == string(code)
}

// ProblemOf converts an error of this program to a problem.
func ProblemOf(err error) protocol.Problem {
	render := fault.Terminal.Render
	problem := protocol.Problem{Code: string(fault.CodeOf(err)), Message: render(err.Error())}
	if f := fault.As(err); f != nil {
		problem.Tried, problem.Answer, problem.Advice = render(f.Tried), render(f.Answer), render(f.Advice)
	}
	return problem
}
