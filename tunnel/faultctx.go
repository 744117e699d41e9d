package tunnel

import (
	"context"
	"errors"

	"github.com/sa2c/sunpyter/fault"
)

// asFault finds the fault in err's chain; nil when there is none.
func asFault(err error) *fault.Error {
	f, _ := errors.AsType[*fault.Error](err)
	return f
}

// contextError returns the error of a call whose context is done: it was cancelled, or its
// time ran out.
func contextError(ctx context.Context, tried string) error {
	if ctx.Err() == context.DeadlineExceeded {
		return &fault.Error{Code: fault.ConnectTimeout, Tried: tried, Answer: "no answer in time",
			Advice: "The link or the host is slow: try again in a moment.", Err: ctx.Err()}
	}
	return &fault.Error{Code: fault.Cancelled, Tried: tried, Answer: "it was cancelled", Err: ctx.Err()}
}
