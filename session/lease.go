package session

import (
	"strconv"
	"time"
)

// lease is the owner's side of the lease: the job runs for grace after the last
// renewal that it got.
type lease struct {
	grace     time.Duration // what it is renewed for
	frozen    bool          // the owner is leaving: it is not renewed any more
	sequence  int           // counts the renewals
	acked     int           // the last of them that the job acknowledged
	renewedAt time.Time     // when that was, by the wall clock
}

// maxUnacked is how many renewals may be unanswered: at the usual interval, a far end
// that hangs is noticed within 45 s.
const maxUnacked = 2

// leaseSlack is more than the job needs to notice that its lease has expired.
const leaseSlack = 10 * time.Second

// next returns the arguments of the next renewal.
func (l *lease) next() (sequence, seconds int) {
	l.sequence++
	return l.sequence, int(l.grace.Seconds())
}

// ack records that the job has acknowledged a renewal.
func (l *lease) ack(sequence string) {
	if n, err := strconv.Atoi(sequence); err == nil && n > l.acked {
		l.acked, l.renewedAt = n, wallClock()
	}
}

// hangs reports whether too many renewals are unacknowledged.
func (l *lease) hangs() bool { return l.sequence-l.acked > maxUnacked }

// restart ignores the renewals that an earlier connection did not acknowledge.
func (l *lease) restart() { l.acked = l.sequence }

// shortenFor freezes the lease of an owner who is leaving: its last renewal is for grace.
// If the next owner has to prompt the user before it is connected, the lease is not
// shortened: users take longer than a window that reloads.
func (l *lease) shortenFor(grace time.Duration, needsUserAction bool) {
	l.frozen = true
	if !needsUserAction {
		l.grace = grace
	}
}

// expired reports whether the job must have ended itself after full, by the wall
// clock: a computer that sleeps runs no other.
func (l *lease) expired(full time.Duration) bool {
	return !l.renewedAt.IsZero() && wallClock().Sub(l.renewedAt) > full+leaseSlack
}

// wallClock returns the time without Go's monotonic part, which stands still while a
// computer sleeps on some systems.
func wallClock() time.Time { return time.Now().Round(0) }
