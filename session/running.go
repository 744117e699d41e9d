package session

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
)

// steadyLink is how long a link must have lasted to be restored without a pause.
const steadyLink = time.Minute

// running keeps the link while cells run, and returns the cause of the end. If links break
// soon after they were restored, the pauses before the next attempt grow: the node's sshd
// may put each connection into a job that is just ending.
func (s *Session) running(ctx context.Context) error {
	backoff := retry.Backoff{Min: time.Second, Max: maxPause}
	for {
		connected := time.Now()
		s.activity.start()
		s.askUse()
		if err := s.loop.wait(ctx, func() bool { return s.node.lost }); err != nil {
			return err
		}
		s.activity.due.Stop()
		s.port.disconnect()
		s.node.take().Close()
		s.status.setState(Disconnected)
		if time.Since(connected) >= steadyLink {
			backoff.Reset()
		} else if _, err := s.loop.pause(ctx, backoff.Next()); err != nil {
			return err
		}
		if err := s.reconnect(ctx); err != nil {
			return err
		}
		s.cfg.Log.Info("connected again", zap.String("session", s.cfg.ID))
		s.status.setState(Ready)
	}
}

// reconnect restores the link, however long it takes: when it is too late is decided by
// the lease in the job alone. Slurm is asked whether the job has ended only if no route
// leads into it, and may not answer.
func (s *Session) reconnect(ctx context.Context) error {
	var asked time.Time
	return s.retry(ctx, func(ctx context.Context) error {
		if err := s.connect(ctx, false); err != nil {
			return err
		}
		err := s.attach(ctx)
		if err == nil {
			return nil
		}
		s.node.take().Close()
		if err = nodeconn.UnwrapNoRoute(err); !fault.IsTransient(err) || time.Since(asked) <= s.cfg.Timing.Poll {
			return err
		}
		finder := s.newCauseFinder()
		ended, unknown := call(&s.loop, ctx, finder.jobEnded)
		if unknown == nil {
			asked = time.Now()
		}
		if ended {
			return errGone
		}
		return err
	})
}

// How a link is restored: with growing pauses; at once after the computer slept (its clock
// has jumped by wakeJump); and while the user has to act first, with a check every
// userPause whether that was done.
const (
	firstPause = 500 * time.Millisecond
	maxPause   = 30 * time.Second
	userPause  = 2 * time.Second
	wakeJump   = 10 * time.Second
)

// retry calls attempt with growing pauses until it succeeds or fails for good. While the
// user has to act first, no login is tried, and it waits for that.
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
		case fault.NeedsUserAction(err) && s.lease.expired(s.cfg.Grace):
			s.job.ended = true
			return remote.LeaseExpired(s.status.snap.JobID, "nothing heard from your computer for "+units.Duration(s.cfg.Grace))
		case fault.NeedsUserAction(err):
			s.status.setNotice("sign in to "+s.cfg.Title+" to reconnect: "+fault.AnswerOf(err), true)
			next = userPause
			backoff.Reset()
		case !fault.IsTransient(err):
			return err
		default:
			s.cfg.Log.Info("disconnected; retrying", zap.String("session", s.cfg.ID), zap.Error(err))
			s.status.setNotice("the connection to the cluster is lost; reconnecting", false)
		}
		early, err := s.loop.pause(ctx, next)
		if err != nil {
			return err
		}
		if early {
			backoff.Reset()
		}
	}
}
