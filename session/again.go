package session

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
)

// How a link is made again: with pauses that grow to longest, at once after the
// computer slept (wakeJump of its clock between two looks), and while a person
// has to act first, looking every personLook whether one did.
const (
	shortest   = 500 * time.Millisecond
	longest    = 30 * time.Second
	personLook = 2 * time.Second
	wakeJump   = 10 * time.Second
)

// retry tries again with growing, random pauses until f succeeds or fails for
// good. What a person has to do first is waited for, without trying.
func (s *Session) retry(ctx context.Context, f func(context.Context) error) error {
	for gap := shortest; ; {
		err := f(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case NeedsPerson(err) && s.leaseIsOver():
			s.over = true
			return remote.LeaseExpired(s.snap.JobID, "no sign of your computer for "+minutes(s.cfg.Grace))
		case NeedsPerson(err):
			s.notice(s.cfg.Title+" wants an answer from you before it connects again: "+answerOf(err), true)
			gap = s.nap(ctx, personLook, shortest)
		case !passing(err):
			return err
		default:
			s.cfg.Log.Info("the link is down, trying again", zap.String("session", s.cfg.ID), zap.Error(err))
			s.notice("the connection to the cluster is down; trying again", false)
			gap = s.nap(ctx, gap/2+rand.N(gap), min(2*gap, longest))
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// nap waits for d, or until there is reason to try at once: Reconnect, or a
// computer that has slept. It gives the pause after the next try: next, or the
// shortest again.
func (s *Session) nap(ctx context.Context, d, next time.Duration) time.Duration {
	timer := time.NewTimer(d)
	defer timer.Stop()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for last := wallClock(); ; {
		select {
		case <-timer.C:
			return next
		case <-ctx.Done():
			return next
		case <-s.reconnect:
			return shortest
		case <-ticker.C:
			now := wallClock()
			if now.Sub(last) > wakeJump {
				return shortest
			}
			last = now
		}
	}
}

// notice tells the person what is the matter with the link, for as long as the
// state lasts.
func (s *Session) notice(text string, needsPerson bool) {
	if s.snap.Notice != text || s.snap.NeedsPerson != needsPerson {
		s.update(func(snap *Snapshot) { snap.Notice, snap.NeedsPerson = text, needsPerson })
	}
}

// Reconnect makes a lost link be tried again now. Whoever calls it has seen to
// what a person had to do.
func (s *Session) Reconnect() {
	select {
	case s.reconnect <- struct{}{}:
	default: // it is known already
	}
}

// NeedsPerson reports whether err stays until a person does something: nothing
// that was refused is tried again by itself.
func NeedsPerson(err error) bool {
	switch fault.CodeOf(err) {
	case fault.AuthRefused, fault.PromptUnanswered, fault.NoKey, fault.HostKeyUnknown, fault.HostKeyChanged:
		return true
	}
	return false
}

func answerOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Answer != "" {
		return f.Answer
	}
	return err.Error()
}

// leaseSlack is more than the job needs to see that its lease is over.
const leaseSlack = 10 * time.Second

// leaseIsOver reports whether the job must have ended itself for want of a sign.
// The wall's clock is looked at, since a computer that sleeps keeps no other.
func (s *Session) leaseIsOver() bool {
	return !s.renewed.IsZero() && wallClock().Sub(s.renewed) > s.cfg.Grace+leaseSlack
}

// wallClock is the time without Go's monotonic part, which stands still while a
// computer sleeps on some systems.
func wallClock() time.Time { return time.Now().Round(0) }
