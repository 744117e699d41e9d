package tunnel

import (
	"context"
	"time"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// keepaliveTimes are when to probe a quiet host, and how long to wait for a reply.
type keepaliveTimes struct{ interval, patience time.Duration }

var (
	// usualKeepalive's times together stay under 45 s.
	usualKeepalive = keepaliveTimes{15 * time.Second, 25 * time.Second}
	// insideKeepalive, of a connection inside another one, is longer than that one's, which notices first.
	insideKeepalive = keepaliveTimes{30 * time.Second, 25 * time.Second}
)

// soonerFor shortens the times to those of t's configuration, if ssh would give the host
// up sooner.
func (k keepaliveTimes) soonerFor(t *sshconfig.Target) keepaliveTimes {
	if t.Alive.Interval <= 0 || t.Alive.Interval >= k.interval {
		return k
	}
	k.interval = t.Alive.Interval
	if t.Alive.Count > 0 { // 0: ssh asks, and never gives up
		k.patience = min(k.patience, t.Alive.Interval*time.Duration(t.Alive.Count))
	}
	return k
}

// keepAlive probes a quiet host and ends the connection when no reply
// comes: with the defaults a dead link is known after 40 s. It runs until the
// connection ends.
func (c *Conn) keepAlive(times keepaliveTimes) {
	go c.watchSleep(wakePatience, wallClock)
	timer := time.NewTimer(times.interval)
	defer timer.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-timer.C:
		}
		quiet := c.own.activity.idleFor()
		if quiet < times.interval {
			timer.Reset(times.interval - quiet)
			continue
		}
		if !c.Alive(context.Background(), times.patience) {
			c.endLost("nothing was received from it for "+c.own.activity.idleFor().Round(time.Second).String(), nil)
			return
		}
		timer.Reset(times.interval)
	}
}

// Alive probes the host. It returns false if nothing at all has been received for patience;
// true also if ctx ended first.
func (c *Conn) Alive(ctx context.Context, patience time.Duration) bool {
	return c.client.Alive(ctx, patience)
}

// Alive sends a keepalive and waits for the reply, or for the connection's end.
func (c *ownClient) Alive(ctx context.Context, patience time.Duration) bool {
	asked := time.Now()
	answer := make(chan struct{})
	go func() { // ends with the answer or with the connection
		defer close(answer)
		_, _, _ = c.SendRequest("keepalive@openssh.com", true, nil)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case <-answer:
			return true
		case <-ctx.Done():
			return true
		case <-timer.C:
		}
		silence := min(time.Since(asked), c.activity.idleFor())
		if silence >= patience {
			return false
		}
		timer.Reset(patience - silence)
	}
}

// How a sleep of this computer is noticed: the clock is read each second,
// and has advanced far more. Then a network that is coming up has this
// long for a reply from the host.
const (
	clockInterval = time.Second
	sleepJump     = 10 * time.Second
	wakePatience  = 10 * time.Second
)

// wallClock is the time without Go's monotonic part, which stands still while a
// computer sleeps on some systems.
func wallClock() time.Time { return time.Now().Round(0) }

// watchSleep probes the host as soon as this computer has slept, so that
// a link that did not survive is known at once. It runs until the
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
		if slept && !c.Alive(context.Background(), patience) {
			c.endLost("nothing was received from it since this computer slept", nil)
			return
		}
	}
}
