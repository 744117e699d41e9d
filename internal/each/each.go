// Package each does one thing for many, several at a time. Any package may import it.
package each

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Do calls do with 0 to n-1, at most limit at a time and none after an error, the first of which
// it returns. The context that do gets ends with ctx, or with an error.
func Do(ctx context.Context, limit, n int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for i := range n {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return do(ctx, i)
		})
	}
	return group.Wait()
}
