package rpc

import (
	"context"
	"errors"
	"strings"

	"go.lsp.dev/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// withChoices is an error after which the client can offer something.
type withChoices struct {
	error
	choices []protocol.Choice
}

func (e *withChoices) Unwrap() error { return e.error }

// WithChoices returns err with what the client can offer after it.
func WithChoices(err error, choices []protocol.Choice) error {
	if len(choices) == 0 {
		return err
	}
	return &withChoices{err, choices}
}

// ProblemOf returns an error as it is sent: the first fault in its chain, a
// cancellation, or an internal error.
func ProblemOf(err error) protocol.Problem {
	problem := protocol.Problem{Code: string(fault.Internal), Message: err.Error()}
	if f := fault.As(err); f != nil {
		problem = protocol.Problem{Code: string(f.Code), Message: f.Error(), Tried: f.Tried, Answer: f.Answer, Advice: f.Advice}
		if f.Answer == "" && f.Err != nil {
			problem.Answer = f.Err.Error()
		}
	} else if errors.Is(err, context.Canceled) {
		problem = protocol.Problem{Code: string(fault.Cancelled), Message: "cancelled"}
	}
	if offered, ok := errors.AsType[*withChoices](err); ok {
		problem.Choices = offered.choices
	}
	return problem
}

// BadRequest returns the error for a member of a request.
func BadRequest(member, what string) error {
	return &fault.Error{Code: fault.BadRequest, Tried: "reading the request", Answer: fault.Field(member) + ": " + what, Advice: "Change it and try again."}
}

// toRPCError returns the answer to a request that failed with err; ctx is the request's.
func toRPCError(ctx context.Context, err error, style fault.Style) *jsonrpc2.Error {
	// An answer of this package is returned as it is. errors.As would also find
	// the client's own error answer to a prompt, deeper in the chain.
	if ready, ok := err.(*jsonrpc2.Error); ok { //nolint:errorlint // see above
		return ready
	}
	problem := ProblemOf(err)
	return newRPCError(errorCode(ctx, err, fault.Code(problem.Code)), problem, style)
}

// errorCode returns the JSON-RPC code of an error. A cancelled request is answered
// as cancelled whatever fault the cancellation surfaced as, unless the release is
// unconfirmed: the user must learn of that.
func errorCode(ctx context.Context, err error, code fault.Code) protocol.ErrorCode {
	unwound := ctx.Err() != nil && errors.Is(err, context.Canceled) && code != fault.ReleaseUnconfirmed
	switch {
	case unwound, code == fault.Cancelled:
		return protocol.ErrRequestCancelled
	case code == fault.BadRequest:
		return protocol.ErrInvalidParams
	case code == fault.BadVersion:
		return protocol.ErrVersion
	case code == fault.Internal:
		return protocol.ErrInternal
	}
	return protocol.ErrFailed
}

// newRPCError returns the library's error, with problem as its data.
func newRPCError(code protocol.ErrorCode, problem protocol.Problem, style fault.Style) *jsonrpc2.Error {
	e := jsonrpc2.NewError(jsonrpc2.Code(code), strings.ToValidUTF8(style.Render(problem.Message), "\uFFFD"))
	if data, err := encode(problem, style); err == nil { // strings alone always encode, unless they are too long
		e.Data = data
	}
	return e
}
