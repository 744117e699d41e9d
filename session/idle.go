package session

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
)

// usage is one look at what Jupyter does. Its times are the node's clock alone, so
// that no clock is compared with another.
type usage struct {
	now  time.Time // when the answer was given
	busy bool      // a cell runs
	last time.Time // when a kernel or a terminal was last active; zero: there is none
}

// idle decides from looks at Jupyter when a kernel that nobody uses is given back:
// when it was not used for limit, and the person was warned lead before. It knows of
// no time but what looks tell, so what happens while there is no link counts only
// once a look tells of it, and a warning is always given in full.
type idle struct {
	limit, lead, every time.Duration

	used   time.Time // the node's clock when it was last used, as far as is known
	kept   bool      // the person wants it kept: the next look counts as use
	looked time.Time // this computer's clock at the last look
	endsAt time.Time // this computer's clock; zero: the person is not warned
}

// newIdle makes the decision for kernels that are unused for limit; 0: they are never
// given back.
func newIdle(limit time.Duration, t Timing) idle {
	return idle{limit: limit, lead: min(t.IdleLead, limit/2), every: t.IdleLook}
}

// see takes in a look, made at the time now of this computer. It tells whether the kernel is
// to be given back, and else when to look again.
func (i *idle) see(u usage, now time.Time) (over bool, next time.Duration) {
	if i.used.IsZero() || i.kept || u.busy {
		i.used = u.now // who starts a kernel, takes it over or keeps it uses it
	}
	if u.last.After(i.used) {
		i.used = u.last
	}
	// By the wall's clock, which goes on while this computer sleeps.
	slept := now.Round(0).Sub(i.looked.Round(0)) > 3*i.every
	i.kept, i.looked = false, now
	quiet := u.now.Sub(i.used)
	switch {
	case quiet < i.limit-i.lead:
		i.endsAt = time.Time{}
		return false, max(i.every, i.limit-i.lead-quiet)
	case i.endsAt.IsZero() || slept:
		i.endsAt = now.Add(max(i.lead, i.limit-quiet))
	case !now.Before(i.endsAt):
		return true, 0
	}
	return false, min(i.every, i.endsAt.Sub(now))
}

// withdraw takes the warning back, if there is one: nobody can see any more what it
// counted on.
func (i *idle) withdraw() { i.endsAt = time.Time{} }

// keep makes the kernel count as used from now on.
func (i *idle) keep() {
	i.kept = true
	i.withdraw()
}

// looking is how a session looks at its Jupyter while it is connected. One look is under
// way at most, and none holds anything else up.
type looking struct {
	timer   *time.Timer
	answers chan looked
}

// looked is the answer of a look.
type looked struct {
	usage
	err  error
	mute string // what to tell if no answer came
}

// lookOut begins the looks for one connection.
func (s *Session) lookOut() *looking {
	s.idle.withdraw() // nobody could look while there was no connection
	s.mute = ""
	first := s.idle.every
	if s.idle.limit > 0 {
		first = min(first, s.idle.limit-s.idle.lead)
	}
	return &looking{timer: time.NewTimer(first), answers: make(chan looked, 1)}
}

// due tells when to look.
func (l *looking) due() <-chan time.Time { return l.timer.C }

func (l *looking) stop() { l.timer.Stop() }

// look asks Jupyter without holding up the rest.
func (s *Session) look(ctx context.Context, l *looking) {
	w, client, job, mute := s.way, s.slurm(), s.snap.JobID, s.mute
	s.tasks.Go(func() {
		u, err := w.usage(ctx)
		if notAnswered(err) && mute == "" { // Slurm is asked once
			mute = whyMute(ctx, client, job)
		}
		l.answers <- looked{u, err, mute} // room for one: never blocks
	})
}

// saw takes in a look; the error is the end of a kernel that nobody uses. No answer is no
// sign of anything.
func (s *Session) saw(l *looking, answer looked) error {
	if answer.err != nil {
		s.cfg.Log.Info("looking whether the kernel is used", zap.String("session", s.cfg.ID), zap.Error(answer.err))
		if notAnswered(answer.err) {
			s.setMute(answer.mute)
		}
		l.timer.Reset(s.idle.every)
		return nil
	}
	s.setMute("")
	if s.idle.limit <= 0 {
		l.timer.Reset(s.idle.every)
		return nil
	}
	over, next := s.idle.see(answer.usage, time.Now())
	if over && !s.kept {
		return s.unused()
	}
	next = min(next, s.idle.every)          // also to see that Jupyter answers
	l.timer.Reset(max(next, time.Second/4)) // the time over and a clock's rounding
	s.warn()
	return nil
}

// stay keeps the kernel because the person wants it.
func (s *Session) stay(l *looking) {
	s.idle.keep()
	s.warn()
	l.timer.Reset(s.idle.every)
}

// warn tells when the kernel will be given back, or that it will not.
func (s *Session) warn() {
	if at := s.idle.endsAt; !at.Equal(s.Snapshot().IdleEndsAt) {
		s.update(func(snap *Snapshot) { snap.IdleEndsAt = at })
	}
}

// unused is the end of a kernel that nobody used.
func (s *Session) unused() error {
	return &fault.Error{
		Code: fault.JobIdle, Tried: "keeping job " + s.snap.JobID,
		Answer: fmt.Sprintf("no cell has run and nobody has used it for %s, so its node was given back", unusedFor(s.idle.limit)),
		Advice: "Start a new kernel when you need one. If kernels should wait for you for longer, say so (--idle, or idle in the configuration; off: for ever).",
	}
}

// unusedFor is a length of time for people: "60 min", "4 hours", "90s".
func unusedFor(d time.Duration) string {
	switch {
	case d > 2*time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return d.String()
}

// Keep makes a kernel that nobody uses count as used from now on. It does nothing
// where kernels are not given back.
func (s *Session) Keep() {
	select {
	case s.stays <- struct{}{}:
	default: // asked before
	}
}
