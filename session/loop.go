package session

import (
	"context"
	"sync"
	"time"
)

// loop is the event loop of a session's goroutine. Other goroutines use only cancel and
// inbox.
type loop struct {
	cancel context.CancelCauseFunc     // ends the session, with the cause
	inbox  inbox                       // requests of the owner
	event  func(context.Context) error // waits for one event and handles it; its error ends the session
	timers timers

	group   sync.WaitGroup    // work in other goroutines
	running int               // pieces of work whose result was not applied yet
	results chan func() error // to be called by the session's goroutine
	ending  bool              // the session's life is over: events cannot end it again

	pauseOver bool      // the pause before a retry is over
	retryNow  bool      // there is reason to retry at once: the pause, or the next one, is cut short
	tick      time.Time // the wall clock at the last check for a computer that slept
}

func newLoop(event func(context.Context) error) loop {
	return loop{
		inbox: inbox{leave: make(chan time.Duration, 1), keep: make(chan struct{}, 1), reconnect: make(chan struct{}, 1)},
		event: event, results: make(chan func() error),
		timers: timers{newTimer(), newTimer(), newTimer(), newTimer(), newTimer()},
	}
}

// inbox has the requests of the session's owner. Each channel has capacity 1, and is read
// in every state.
type inbox struct {
	leave     chan time.Duration // the owner is leaving, and may come back within that time
	keep      chan struct{}      // the kernel counts as used
	reconnect chan struct{}      // a lost link is to be tried again at once
}

// post sends unless the same was sent and not yet read.
func post[T any](to chan T, value T) {
	select {
	case to <- value:
	default:
	}
}

// timers are stopped unless something is due.
type timers struct {
	ownerCheck *time.Timer // the record is to be read again; runs in every state
	renew      *time.Timer // the lease is to be renewed
	poll       *time.Timer // Slurm is to be asked about the job
	jupyter    *time.Timer // Jupyter has taken too long to start
	pause      *time.Timer // the pause before a retry is over
}

// newTimer returns a timer that is stopped.
func newTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// wait serves events until done reports true, or one of them ends the session: then
// it returns the cause. While the session is ending, only ctx cuts it short.
func (l *loop) wait(ctx context.Context, done func() bool) error {
	for !done() {
		err := l.event(ctx)
		if err != nil && (ctx.Err() != nil || !l.ending) {
			return err
		}
	}
	return nil
}

// drain serves events until done reports true; whatever they return, the cause of the
// end is known.
func (l *loop) drain(done func() bool) {
	for !done() {
		_ = l.event(context.Background())
	}
}

// background runs f in a goroutine of its own; the function that it returns is called
// by the session's goroutine.
func (l *loop) background(f func() (apply func() error)) {
	l.running++
	l.group.Go(func() { l.results <- f() })
}

// call runs f in a goroutine of its own and serves events until it has returned. If
// one of them ends the session, f's context ends, with the cause. What f returned is
// returned in any case, also with an error, and is the caller's.
//
// f must not use the session: it works on what it captured.
func call[T any](l *loop, ctx context.Context, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var value T
	var err error
	returned := false
	l.background(func() func() error {
		v, e := f(ctx)
		return func() error { value, err, returned = v, e, true; return nil }
	})
	cause := l.wait(ctx, func() bool { return returned })
	if cause == nil {
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return value, err
	}
	cancel(cause)
	l.drain(func() bool { return returned })
	return value, cause
}

// pause serves events for d, or until there is reason to retry at once; then it
// reports true.
func (l *loop) pause(ctx context.Context, d time.Duration) (early bool, err error) {
	l.pauseOver, l.tick = false, wallClock()
	l.timers.pause.Reset(d)
	defer l.timers.pause.Stop()
	err = l.wait(ctx, func() bool { return l.pauseOver || l.retryNow })
	early, l.retryNow = l.retryNow, false
	return early, err
}

// checkSleep retries at once if this computer slept since the last check, which was
// interval ago by a clock that stands still meanwhile.
func (l *loop) checkSleep(interval time.Duration) {
	now := wallClock()
	if !l.tick.IsZero() && now.Sub(l.tick) > wakeJump+interval {
		l.retryNow = true
	}
	l.tick = now
}
