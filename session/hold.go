package session

import (
	"context"
	"errors"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
)

// hold is the time in which cells run: the lease is renewed, and a lost link is
// made again. It returns the cause of the end.
func (s *Session) hold(ctx context.Context) error {
	var gap time.Duration
	for {
		begun := time.Now()
		if err := s.keep(ctx); err != nil {
			return err
		}
		s.forward.Disconnect()
		s.dropWay()
		s.enter(Disconnected)
		gap = nextGap(gap, time.Since(begun))
		if err := s.rest(ctx, gap); err != nil {
			return err
		}
		if err := s.restore(ctx); err != nil {
			return err
		}
		s.cfg.Log.Info("connected again", zap.String("session", s.cfg.ID))
		s.enter(Ready)
	}
}

// nextGap is how long to wait before a lost link is made again: not at all after
// one that held, ever longer while they break at once. The node's sshd may put
// each connection into a job that is just ending, which would never end so.
func nextGap(last, held time.Duration) time.Duration {
	const first, longest, steady = time.Second, 30 * time.Second, time.Minute
	if held >= steady {
		return 0
	}
	return max(first, min(2*last, longest))
}

// rest waits between two connections, and sees meanwhile when the session is
// no longer ours.
func (s *Session) rest(ctx context.Context, gap time.Duration) error {
	for end := time.Now().Add(gap); time.Now().Before(end); {
		if !pause(ctx, min(s.cfg.Timing.Watch, time.Until(end))) {
			return context.Cause(ctx)
		}
		if err := s.held(); err != nil {
			return err
		}
	}
	return nil
}

// keep renews the lease until the way is lost (nil) or the session ends (its cause).
func (s *Session) keep(ctx context.Context) error {
	renew := time.NewTicker(s.cfg.Timing.Renew)
	defer renew.Stop()
	watch := time.NewTicker(s.cfg.Timing.Watch)
	defer watch.Stop()
	if s.kept {
		_ = s.way.renew(s) // shortens the lease of an owner who has left
	}
	look := s.lookOut()
	defer look.stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-s.way.conn.Done():
			return nil
		case line, open := <-s.way.holder.Lines():
			if !open {
				return nil
			}
			err = s.heed(ctx, line)
		case <-renew.C:
			if !s.renew() {
				return nil
			}
		case <-watch.C:
			err = s.held()
		case <-look.due():
			s.look(ctx, look)
		case answer := <-look.answers:
			err = s.saw(look, answer)
		case <-s.stays:
			s.stay(look)
		case grace := <-s.leave:
			s.part(grace)
			_ = s.way.renew(s) // shortens it
		}
		if err != nil {
			return err
		}
	}
}

// heed takes in what attach.sh says while cells run; the error is the session's end.
func (s *Session) heed(ctx context.Context, line string) error {
	switch verb, rest := remote.Cut(line); verb {
	case "renewed":
		s.signed(rest)
	case "memory":
		s.killed(rest)
	case "gone":
		return s.fate(ctx)
	case "taken":
		return s.takenOver()
	}
	return nil
}

// renew renews the lease when it is time, and is false when the way is lost or its
// far end hangs. The lease of an owner who has left runs out unless someone takes over.
func (s *Session) renew() bool {
	if s.kept {
		return true
	}
	return s.sequence-s.acked <= mostUnsigned && s.way.renew(s) == nil
}

// mostUnsigned is how many renewals may be without an answer: with the usual
// pauses, a far end that hangs is known within 45 s.
const mostUnsigned = 2

// signed notes that the job has a renewal of the lease.
func (s *Session) signed(sequence string) {
	if n, err := strconv.Atoi(sequence); err == nil && n > s.acked {
		s.acked, s.renewed = n, wallClock()
	}
}

// renew writes the lease, with the grace as it is now.
func (w *way) renew(s *Session) error {
	s.sequence++
	return w.holder.Send("lease %d %d", s.sequence, int(s.grace.Seconds()))
}

// restore makes the link again, for as long as it takes: the lease in the job,
// not a guess of ours, says when it is too late. Slurm, which may not answer, is
// asked only where there is no way in: is there anything to go back to?
func (s *Session) restore(ctx context.Context) error {
	var asked time.Time
	err := s.retry(ctx, func(ctx context.Context) error {
		if err := s.held(); err != nil {
			return err
		}
		if err := s.connect(ctx, false); err != nil {
			return err
		}
		err := s.attach(ctx)
		if err == nil {
			return nil
		}
		s.dropWay()
		if err = unreached(err); passing(err) && time.Since(asked) > s.cfg.Timing.Look {
			over, unknown := s.isOver(ctx)
			if unknown == nil {
				asked = time.Now()
			}
			if over {
				return errGone
			}
		}
		return err
	})
	if err == nil {
		return nil
	}
	return s.why(ctx, err)
}

// unreached gives what is behind a way in that was not found: a node that does
// not answer for a while is no reason to give its kernel up.
func unreached(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == fault.NoRoute && f.Err != nil && passing(f.Err) {
		return f.Err
	}
	return err
}

// dropWay closes the way into the job, if there is one.
func (s *Session) dropWay() {
	s.mu.Lock()
	w := s.way
	s.way = nil
	s.mu.Unlock()
	w.close()
}
