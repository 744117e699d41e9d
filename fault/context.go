package fault

import "context"

// ContextError returns the error of a call whose context is done: cancelled, or past its
// deadline.
func ContextError(ctx context.Context, tried string) error {
	if ctx.Err() == context.DeadlineExceeded {
		return &Error{Code: ConnectTimeout, Tried: tried, Answer: "no answer in time",
			Advice: "The network or the host is slow. Try again in a moment.", Err: ctx.Err()}
	}
	return &Error{Code: Cancelled, Tried: tried, Answer: "it was cancelled", Err: ctx.Err()}
}
