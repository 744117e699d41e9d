// Package retry paces repeated attempts with growing, randomised pauses.
//
// Any package may import it; it imports no other package of this module. It does not decide what
// may be retried: a refused login, for example, never is.
package retry

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff computes the pauses between attempts. They double from Min to Max,
// and each is spread by half in both directions, so that clients that were
// turned away together do not come back together. It is for one goroutine.
type Backoff struct {
	Min, Max time.Duration

	full time.Duration // the last pause before it was spread
}

// Next returns the pause before the next attempt.
func (b *Backoff) Next() time.Duration {
	b.full = min(max(2*b.full, b.Min), b.Max)
	return b.full/2 + rand.N(b.full)
}

// Reset makes the next pause the first one again, after a success.
func (b *Backoff) Reset() { b.full = 0 }

// Wait sleeps for the next pause. It reports false if ctx ended first.
func (b *Backoff) Wait(ctx context.Context) bool { return Sleep(ctx, b.Next()) }

// Sleep waits for d. It reports false if ctx ended first.
func Sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
