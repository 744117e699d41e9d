package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/slurm"
)

// activity decides when an unused kernel is released: when it was not used for limit,
// and the user was warned lead before. It knows only what polls of Jupyter report:
// what happens while there is no link counts once a poll reports it, and a warning
// always lasts in full.
type activity struct {
	limit, lead, every time.Duration

	used   time.Time // the node's clock when it was last used, as far as is known
	kept   bool      // the user wants it kept: the next poll counts as use
	polled time.Time // this computer's clock at the last poll
	endsAt time.Time // this computer's clock; zero: the user is not warned
}

// newActivity is for kernels that are released after limit; 0: they never are.
func newActivity(limit time.Duration, t Timing) activity {
	return activity{limit: limit, lead: min(t.IdleWarning, limit/2), every: t.ActivityPoll}
}

// update takes in a poll made at now by this computer's clock. It reports whether the
// kernel is to be released, and otherwise when to poll next.
func (a *activity) update(u usage, now time.Time) (release bool, next time.Duration) {
	if a.used.IsZero() || a.kept || u.busy {
		a.used = u.now // starting a kernel, taking it over and keeping it are use
	}
	if u.last.After(a.used) {
		a.used = u.last
	}
	// By the wall clock, which runs while this computer sleeps.
	slept := now.Round(0).Sub(a.polled.Round(0)) > 3*a.every
	a.kept, a.polled = false, now
	unused := u.now.Sub(a.used)
	switch {
	case unused < a.limit-a.lead:
		a.endsAt = time.Time{}
		return false, max(a.every, a.limit-a.lead-unused)
	case a.endsAt.IsZero() || slept:
		a.endsAt = now.Add(max(a.lead, a.limit-unused))
	case !now.Before(a.endsAt):
		return true, 0
	}
	return false, min(a.every, a.endsAt.Sub(now))
}

// withdraw takes the warning back: what it relied on cannot be seen any more.
func (a *activity) withdraw() { a.endsAt = time.Time{} }

// keep makes the kernel count as used now.
func (a *activity) keep() {
	a.kept = true
	a.withdraw()
}

// startActivity begins the polls for one connection.
func (s *Session) startActivity() {
	s.activity.withdraw() // nothing was seen while there was no connection
	first := s.activity.every
	if s.activity.limit > 0 {
		first = min(first, s.activity.limit-s.activity.lead)
	}
	s.timers.activity.Reset(first)
}

// pollActivity asks Jupyter whether it is used. One poll runs at a time: the next is
// set when it has returned.
func (s *Session) pollActivity(ctx context.Context) {
	w, j := s.node.conn(), s.node.jupyter
	if w == nil || j == nil || s.isEnding() {
		return
	}
	client, job, known := slurm.New(s.login), s.status.snap.JobID, s.notices.unresponsive
	s.background(func() func() error {
		u, err := pollJupyter(ctx, w, *j)
		notice := known
		if isTimeout(err) && notice == "" { // Slurm is asked once
			notice = whyUnresponsive(ctx, client, job)
		}
		return func() error {
			if s.node.conn() != w || s.isEnding() {
				return nil // the connection has ended meanwhile
			}
			return s.handleActivity(u, err, notice)
		}
	})
}

// handleActivity handles a poll. No answer says nothing about the kernel's use.
func (s *Session) handleActivity(u usage, err error, notice string) error {
	switch {
	case isTimeout(err):
		s.notices.unresponsive = notice
	case err == nil:
		s.notices.unresponsive = ""
	}
	s.showNotices()
	if err != nil {
		s.cfg.Log.Info("looking whether the kernel is used", zap.String("session", s.cfg.ID), zap.Error(err))
	}
	if err != nil || s.activity.limit <= 0 {
		s.timers.activity.Reset(s.activity.every)
		return nil
	}
	release, next := s.activity.update(u, time.Now())
	if release && !s.lease.frozen {
		return s.unused()
	}
	next = min(next, s.activity.every)                // also to see that Jupyter answers
	s.timers.activity.Reset(max(next, time.Second/4)) // the time that is over, and a clock's rounding
	s.warnIdle()
	return nil
}

// isTimeout reports whether a poll ended because no answer came in time.
func isTimeout(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// whyUnresponsive asks Slurm why a Jupyter may not answer.
func whyUnresponsive(ctx context.Context, client *slurm.Client, job string) string {
	jobs, err := client.Queue(ctx, job)
	if err == nil && len(jobs) == 1 && jobs[0].State == slurm.StateSuspended {
		return suspendedNotice
	}
	return unresponsiveNotice
}

// keep makes the kernel count as used, because the user wants it kept.
func (s *Session) keep() {
	s.activity.keep()
	if s.status.snap.State == Ready {
		s.warnIdle()
		s.timers.activity.Reset(s.activity.every)
	}
}

// warnIdle reports when the kernel will be released, or that it will not.
func (s *Session) warnIdle() {
	if at := s.activity.endsAt; !at.Equal(s.status.snap.IdleEndsAt) {
		s.status.update(func(snap *Snapshot) { snap.IdleEndsAt = at })
	}
}

// unused is the end of a kernel that was not used.
func (s *Session) unused() error {
	return &fault.Error{
		Code:   fault.JobIdle,
		Answer: fmt.Sprintf("the kernel was idle for %s and was stopped", units.Duration(s.activity.limit)),
		Advice: "Start a new kernel when you need one. To keep idle kernels longer, change " + fault.Setting("idle") + ".",
	}
}
