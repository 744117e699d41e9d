package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/slurm"
)

// activity decides when an unused kernel is released: when it was not used for limit,
// and the user was warned lead before. All that it knows comes from polls of Jupyter:
// what happens while there is no link counts once a poll reports it, and a warning
// always lasts in full.
type activity struct {
	limit, lead, every time.Duration

	due    *time.Timer // Jupyter is to be polled
	used   time.Time   // the node's clock when it was last used, as far as is known
	shell  time.Time   // the node's clock when a shell was last used
	kept   bool        // the user wants it kept: the next poll counts as use
	polled time.Time   // this computer's clock at the last poll
	endsAt time.Time   // this computer's clock; zero: the user is not warned
}

// newActivity is for kernels that are released after limit; 0: they never are.
func newActivity(limit time.Duration, t Timing) activity {
	a := activity{due: newTimer()}
	a.setLimit(limit, t)
	return a
}

// setLimit changes the limit of a kernel that is not used yet.
func (a *activity) setLimit(limit time.Duration, t Timing) {
	a.limit, a.lead, a.every = limit, min(t.IdleWarning, limit/2), t.ActivityPoll
}

// update takes in a poll made at now by this computer's clock. It reports whether the
// kernel is to be released, and otherwise when to poll next.
func (a *activity) update(u usage, now time.Time) (release bool, next time.Duration) {
	if a.used.IsZero() || a.kept || u.busy {
		a.used = u.now // starting a kernel, taking it over and keeping it are use
	}
	for _, last := range []time.Time{u.last, a.shell} {
		if last.After(a.used) {
			a.used = last
		}
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

// shellUsed takes in when a shell was last used, in seconds as the agent reports it.
func (a *activity) shellUsed(seconds string) {
	if at, err := strconv.ParseInt(seconds, 10, 64); err == nil {
		a.shell = time.Unix(at, 0)
	}
}

// withdraw withdraws the warning, because what it was based on cannot be polled now.
func (a *activity) withdraw() { a.endsAt = time.Time{} }

// keep makes the kernel count as used now, because the user wants it kept.
func (a *activity) keep() {
	a.kept = true
	a.withdraw()
	if a.due.Stop() {
		a.due.Reset(a.every)
	}
}

// start begins the polls for one connection.
func (a *activity) start() {
	a.withdraw() // nothing was seen while there was no connection
	first := a.every
	if a.limit > 0 {
		first = min(first, a.limit-a.lead)
	}
	a.due.Reset(first)
}

// unused is the end of a kernel that was not used.
func (a *activity) unused() error {
	return &fault.Error{
		Code:   fault.JobIdle,
		Answer: fmt.Sprintf("the kernel was idle for %s and was stopped", units.Duration(a.limit)),
		Advice: "Start a new kernel when you need one. To keep idle kernels longer, change " + fault.Setting("idle") + ".",
	}
}

// pollActivity asks Jupyter whether it is used. One poll runs at a time: the next is
// set when it has returned.
func (s *Session) pollActivity(ctx context.Context) {
	w, j := s.node.conn(), s.node.jupyter
	if w == nil || j == nil || s.loop.ending {
		return
	}
	client, job, known := slurm.New(s.login), s.status.snap.JobID, s.status.notices.unresponsive
	s.loop.background(func() func() error {
		u, err := pollJupyter(ctx, w, *j)
		notice := known
		if isTimeout(err) && notice == "" { // Slurm is asked once
			notice = whyUnresponsive(ctx, client, job)
		}
		return func() error {
			if s.node.conn() != w || s.loop.ending {
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
		s.status.notices.unresponsive = notice
	case err == nil:
		s.status.notices.unresponsive = ""
	}
	s.status.showNotices()
	if err != nil {
		s.cfg.Log.Info("checking whether the kernel is in use", zap.String("session", s.cfg.ID), zap.Error(err))
	}
	if err != nil || s.activity.limit <= 0 {
		s.activity.due.Reset(s.activity.every)
		return nil
	}
	release, next := s.activity.update(u, time.Now())
	if release && !s.lease.frozen {
		return s.activity.unused()
	}
	next = min(next, s.activity.every)             // also to see that Jupyter answers
	s.activity.due.Reset(max(next, time.Second/4)) // next may have passed, and clocks are rounded
	s.status.setIdleEnd(s.activity.endsAt)
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
