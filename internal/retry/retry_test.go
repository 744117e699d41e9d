package retry

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackoffDoublesUpToMaxAndSpreads(t *testing.T) {
	b := Backoff{Min: time.Second, Max: 5 * time.Second}
	for range 2 {
		for _, full := range []time.Duration{1, 2, 4, 5, 5} {
			full *= time.Second
			if d := b.Next(); d < full/2 || d >= full+full/2 {
				t.Errorf("pause %v, want about %v", d, full)
			}
		}
		b.Reset()
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := Backoff{Min: time.Hour, Max: time.Hour}
		if !b.Wait(t.Context()) {
			t.Error("an undisturbed wait reports that it was cut short")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begun := time.Now()
		if b.Wait(ctx) || time.Since(begun) != time.Minute {
			t.Errorf("waited %v past a context of one minute", time.Since(begun))
		}
	})
}
