package tunnel

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"unicode"

	"github.com/sa2c/sunpyter/fault"
)

// clean makes a far end's words safe to show: no control characters but line
// ends, at most limit bytes, no blanks around them.
func clean(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			return r
		case r == '\t':
			return ' '
		}
		return -1
	}, s)
	return strings.TrimSpace(s)
}

// cancelled is the fault of a call whose context ended it.
func cancelled(tried string, err error) error {
	return &fault.Error{Code: fault.Cancelled, Tried: tried, Answer: "it was cancelled", Err: err}
}

// ended is the fault for a context that is done: cancelled, or out of time.
func ended(ctx context.Context, tried string) error {
	if ctx.Err() == context.DeadlineExceeded {
		return &fault.Error{Code: fault.ConnectTimeout, Tried: tried, Answer: "no answer in time",
			Advice: "The link or the host is slow: try again in a moment.", Err: ctx.Err()}
	}
	return cancelled(tried, ctx.Err())
}

// limitedBuffer keeps the first limit bytes and swallows the rest.
type limitedBuffer struct {
	kept  bytes.Buffer
	limit int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if room := b.limit - b.kept.Len(); room > 0 {
		b.kept.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// asFault finds the fault in err's chain; nil when there is none.
func asFault(err error) *fault.Error {
	f, _ := errors.AsType[*fault.Error](err)
	return f
}
