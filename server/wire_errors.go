package server

import (
	"context"
	"errors"
	"strings"

	"go.lsp.dev/jsonrpc2"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
)

// ProblemOf gives an error's shape on the wire: the first fault in its chain, a
// cancellation, or a mistake of ours.
func ProblemOf(err error) protocol.Problem {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		answer := f.Answer
		if answer == "" && f.Err != nil {
			answer = f.Err.Error()
		}
		return protocol.Problem{Code: string(f.Code), Message: f.Error(), Tried: f.Tried, Answer: answer, Advice: f.Advice}
	}
	if errors.Is(err, context.Canceled) {
		return protocol.Problem{Code: string(fault.Cancelled), Message: "cancelled"}
	}
	return protocol.Problem{Code: string(fault.Internal), Message: err.Error()}
}

// wireError gives a method's error as the client gets it. ctx is the request's.
func wireError(ctx context.Context, err error) *jsonrpc2.Error {
	// Only the wire's own answers, as they are: one that the client gave to a
	// question of ours may stand deeper in the chain.
	if ready, ok := err.(*jsonrpc2.Error); ok { //nolint:errorlint // see above
		return ready
	}
	problem := ProblemOf(err)
	return rpcError(errorCode(ctx, err, fault.Code(problem.Code)), problem)
}

// errorCode gives the number for an error. A request that was cancelled is
// answered so whatever fault the cancellation surfaced as, but not when the
// release is in doubt: that must be told.
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

// rpcError makes the library's error.
func rpcError(code protocol.ErrorCode, problem protocol.Problem) *jsonrpc2.Error {
	e := jsonrpc2.NewError(jsonrpc2.Code(code), strings.ToValidUTF8(problem.Message, "\uFFFD"))
	if data, err := encode(problem); err == nil { // strings alone always encode, unless they are too long
		e.Data = data
	}
	return e
}
