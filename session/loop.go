package session

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session/remote"
)

// timers are what is due next. One that was never reset, or is stopped, never fires.
type timers struct {
	ownerCheck *time.Timer // the record is to be read again; runs in every state
	renew      *time.Timer // the lease is to be renewed
	poll       *time.Timer // Slurm is to be asked about the job
	activity   *time.Timer // Jupyter is to be asked whether it is used
	jupyter    *time.Timer // Jupyter has taken too long to start
	pause      *time.Timer // the pause before a retry is over
}

func newTimers() timers {
	stopped := func() *time.Timer {
		t := time.NewTimer(time.Hour)
		t.Stop()
		return t
	}
	return timers{stopped(), stopped(), stopped(), stopped(), stopped(), stopped()}
}

func (t *timers) stop() {
	for _, timer := range []*time.Timer{t.ownerCheck, t.renew, t.poll, t.activity, t.jupyter, t.pause} {
		timer.Stop()
	}
}

// wait serves events until done reports true, or one of them ends the session: then
// it returns the cause. While the session is ending, only ctx cuts it short.
func (s *Session) wait(ctx context.Context, done func() bool) error {
	for !done() {
		err := s.event(ctx)
		if err != nil && (ctx.Err() != nil || !s.isEnding()) {
			return err
		}
	}
	return nil
}

// isEnding reports whether the session's life is over, and only cleaned up after.
func (s *Session) isEnding() bool { return s.work.ending }

// event is where the session's goroutine waits, in every state: it serves one event.
// It never blocks otherwise. Its error is the end of the session.
func (s *Session) event(ctx context.Context) error {
	w := s.node.conn()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case apply := <-s.work.results:
		s.work.running--
		return apply()

	case grace := <-s.inbox.leave:
		s.leave(grace)
	case <-s.inbox.keep:
		s.keep()
	case <-s.inbox.reconnect:
		s.retryNow()

	case line, open := <-s.dir.Lines():
		return s.dirLine(line, open)
	case line, open := <-w.lines():
		return s.agentLine(w, line, open)
	case <-w.done():
		s.node.lost = true

	case <-s.timers.ownerCheck.C:
		return s.checkOwner()
	case <-s.timers.renew.C:
		s.renewLease()
	case <-s.timers.poll.C:
		s.pollSlurm(ctx)
	case <-s.timers.activity.C:
		s.pollActivity(ctx)
	case <-s.timers.jupyter.C:
		return s.jupyterSilent()
	case <-s.timers.pause.C:
		s.pause.over = true
	}
	return nil
}

// background runs f in a goroutine of its own; the function that it returns is called
// by the session's goroutine.
func (s *Session) background(f func() (apply func() error)) {
	s.work.running++
	s.work.group.Go(func() { s.work.results <- f() })
}

// call runs f in a goroutine of its own and serves events until it has returned. If
// one of them ends the session, f's context ends, with the cause. What f returned is
// returned in any case, also beside an error, and is the caller's.
//
// f must not use the session: it works on what it captured.
func call[T any](s *Session, ctx context.Context, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var value T
	var err error
	returned := false
	s.background(func() func() error {
		v, e := f(ctx)
		return func() error { value, err, returned = v, e, true; return nil }
	})
	cause := s.wait(ctx, func() bool { return returned })
	if cause == nil {
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return value, err
	}
	cancel(cause)
	s.drain(func() bool { return returned })
	return value, cause
}

// drain serves events until done reports true; whatever they say, the cause of the
// end is known.
func (s *Session) drain(done func() bool) {
	for !done() {
		_ = s.event(context.Background())
	}
}

// How a link is restored: with pauses that grow, at once after the computer slept
// (its clock has jumped by wakeJump), and while the user has to act first, looking
// every userPause whether that was done.
const (
	firstPause = 500 * time.Millisecond
	maxPause   = 30 * time.Second
	userPause  = 2 * time.Second
	wakeJump   = 10 * time.Second
)

// pause is a pause before a retry.
type pause struct {
	over  bool      // it is over
	early bool      // it was cut short, or the next one is to be: there is reason to retry at once
	tick  time.Time // the wall clock at the last check for a computer that slept
}

// rest pauses for d, or until there is reason to retry at once; then it reports true.
func (s *Session) rest(ctx context.Context, d time.Duration) (early bool, err error) {
	s.pause.over, s.pause.tick = false, wallClock()
	s.timers.pause.Reset(d)
	defer s.timers.pause.Stop()
	err = s.wait(ctx, func() bool { return s.pause.over || s.pause.early })
	early, s.pause.early = s.pause.early, false
	return early, err
}

// retryNow ends the pause before a retry, or cancels the next one.
func (s *Session) retryNow() { s.pause.early = true }

// retry calls attempt with growing pauses until it succeeds or fails for good. What
// the user has to do first is waited for, without attempts.
func (s *Session) retry(ctx context.Context, attempt func(context.Context) error) error {
	backoff := retry.Backoff{Min: firstPause, Max: maxPause}
	for {
		err := attempt(ctx)
		next := backoff.Next()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case NeedsUserAction(err) && s.lease.expired(s.cfg.Grace):
			s.job.ended = true
			return remote.LeaseExpired(s.status.snap.JobID, "no sign of your computer for "+units.Duration(s.cfg.Grace))
		case NeedsUserAction(err):
			s.setLinkNotice("sign in to "+s.cfg.Title+" to reconnect: "+answerOf(err), true)
			next = userPause
			backoff.Reset()
		case !isTransient(err):
			return err
		default:
			s.cfg.Log.Info("the link is down, retrying", zap.String("session", s.cfg.ID), zap.Error(err))
			s.setLinkNotice("the connection to the cluster is lost; reconnecting", false)
		}
		early, err := s.rest(ctx, next)
		if err != nil {
			return err
		}
		if early {
			backoff.Reset()
		}
	}
}

// setLinkNotice shows what is the matter with the link, for as long as the state lasts.
func (s *Session) setLinkNotice(text string, needsUserAction bool) {
	s.notices.current, s.notices.needsUserAction = text, needsUserAction
	s.showNotices()
}

// checkOwner looks whether the session is still ours, and whether this computer slept.
func (s *Session) checkOwner() error {
	s.timers.ownerCheck.Reset(s.cfg.Timing.OwnerCheck)
	now := wallClock()
	if !s.pause.tick.IsZero() && now.Sub(s.pause.tick) > wakeJump+s.cfg.Timing.OwnerCheck {
		s.pause.early = true
	}
	s.pause.tick = now
	if s.isEnding() {
		return nil
	}
	return s.owner.check(s.Record())
}

// leave is for an owner who is leaving: the lease is renewed for the last time.
func (s *Session) leave(grace time.Duration) {
	if s.isEnding() {
		return
	}
	s.owner.markLeaving(s.Record())
	s.lease.shortenFor(grace, s.login != nil && s.login.NeedsUserAction())
	s.sendLease()
}

// renewLease renews the lease, unless the owner is leaving: then it runs out if no
// other owner takes over. A far end that does not answer is given up.
func (s *Session) renewLease() {
	interval := s.cfg.Timing.Renew
	if s.status.snap.State == Pending {
		interval = s.cfg.Timing.PendingRenew
	}
	s.timers.renew.Reset(interval)
	s.showStep()
	switch {
	case s.lease.frozen || s.isEnding():
	case s.node.conn() != nil && s.lease.hangs():
		s.node.lost = true
	default:
		s.sendLease()
	}
}

// sendLease sends the lease as it is, to the job or, while that waits, to its
// directory; a job that runs may be removing that. Without either, the next
// connection is sent it at once.
func (s *Session) sendLease() {
	if w := s.node.conn(); w != nil {
		s.node.lost = w.renew(&s.lease) != nil
	} else if s.dir != nil && !s.status.snap.Node.Reported() {
		_ = s.dir.Send("renew %d", int(s.lease.grace.Seconds())) // a broken link shows in Lines
	}
}

// dirLine handles a line of the session directory, which the job writes.
func (s *Session) dirLine(line string, open bool) error {
	if !open {
		s.closeDir()
		return nil
	}
	switch line {
	case "gone":
		return errGone
	case "taken":
		return s.takenOverError()
	}
	if verb, rest := remote.Cut(line); verb == "progress" {
		s.setStep(rest)
		return nil
	}
	complete, err := remote.ReadNodeLine(&s.job.reading, line)
	if err != nil {
		s.job.ended = true
		return err
	}
	if complete && !s.status.snap.Node.Reported() {
		s.jobStarted(s.job.reading)
	}
	return nil
}

func (s *Session) closeDir() {
	s.dir.Close()
	s.dir = nil
}

// agentLine handles a line of the agent in the job.
func (s *Session) agentLine(w *nodeConn, line string, open bool) error {
	if !open {
		s.node.lost = true
		return nil
	}
	switch verb, rest := remote.Cut(line); verb {
	case "renewed":
		s.lease.ack(rest)
	case "memory":
		s.memoryKilled(rest)
	case "loopback":
		s.warnOfLoopback(rest)
	case "skipped", "kernelspec", "idle-settings":
		s.addNotice(remote.Notice(verb, rest))
	case "socket":
		w.preopen()
	case "jupyter":
		return s.node.setJupyter(rest)
	case "gone":
		return errGone
	case "taken":
		return s.takenOverError()
	}
	return nil
}

// takenOverError says who took the session over.
func (s *Session) takenOverError() error {
	if err := s.owner.check(s.Record()); err != nil {
		return err
	}
	return ErrTakenElsewhere
}
