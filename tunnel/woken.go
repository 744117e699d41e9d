package tunnel

import (
	"context"
	"time"
)

// How a computer that has slept is noticed: the clock is looked at each second,
// and shows that far more has passed. Then a network that is coming up has so
// long to bring a sign of the host.
const (
	wakeLook     = time.Second
	wakeJump     = 10 * time.Second
	wakePatience = 10 * time.Second
)

// wallClock is the time without Go's monotonic part, which stands still while a
// computer sleeps on some systems.
func wallClock() time.Time { return time.Now().Round(0) }

// afterSleep asks the host for a sign of life as soon as this computer has slept:
// a link that did not live through it is known at once. It runs until the
// connection ends.
func (c *Conn) afterSleep(patience time.Duration, clock func() time.Time) {
	ticker := time.NewTicker(wakeLook)
	defer ticker.Stop()
	for last := clock(); ; {
		select {
		case <-c.done:
			return
		case <-ticker.C:
		}
		now := clock()
		slept := now.Sub(last) > wakeJump
		last = now
		if slept && !c.answers(context.Background(), patience) {
			c.end(c.lost("no sign of it since this computer slept", nil))
			return
		}
	}
}
