package tunnel

import (
	"context"
	"time"
)

// How a computer that has slept is noticed: the clock is looked at each second,
// and shows that far more has passed. Then a network that is coming up has so
// long to bring a sign of the host.
const (
	clockInterval = time.Second
	sleepJump     = 10 * time.Second
	wakePatience  = 10 * time.Second
)

// wallClock is the time without Go's monotonic part, which stands still while a
// computer sleeps on some systems.
func wallClock() time.Time { return time.Now().Round(0) }

// watchSleep asks the host for a sign of life as soon as this computer has slept:
// a link that did not live through it is known at once. It runs until the
// connection ends.
func (c *Conn) watchSleep(patience time.Duration, clock func() time.Time) {
	ticker := time.NewTicker(clockInterval)
	defer ticker.Stop()
	for last := clock(); ; {
		select {
		case <-c.done:
			return
		case <-ticker.C:
		}
		now := clock()
		slept := now.Sub(last) > sleepJump
		last = now
		if slept && !c.isAlive(context.Background(), patience) {
			c.end(c.lostError("no sign of it since this computer slept", nil))
			return
		}
	}
}
