package session

import (
	"context"
	"errors"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
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
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.way.conn.Done():
			return nil
		case line, open := <-s.way.holder.lines:
			switch verb, rest := words(line); {
			case !open:
				return nil
			case verb == "renewed":
				s.signed(rest)
			case verb == "memory":
				s.killed(rest)
			case verb == "gone":
				return s.fate(ctx)
			case verb == "taken":
				return s.takenOver()
			}
		case <-renew.C:
			if s.kept {
				continue // the lease runs out unless someone takes over
			}
			if s.sequence-s.acked > mostUnsigned {
				return nil // the far end hangs
			}
			if err := s.way.renew(s); err != nil {
				return nil //nolint:nilerr // the way is lost, the session is not
			}
		case <-watch.C:
			if err := s.held(); err != nil {
				return err
			}
		case <-look.due():
			s.look(ctx, look)
		case answer := <-look.answers:
			if err := s.saw(look, answer); err != nil {
				return err
			}
		case <-s.stays:
			s.stay(look)
		case grace := <-s.leave:
			s.part(grace)
			_ = s.way.renew(s) // shortens it
		}
	}
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
	return w.holder.send("lease %d %d", s.sequence, int(s.grace.Seconds()))
}

// restore makes the link again, for as long as it takes: the lease in the job,
// not a guess of ours, says when it is too late.
func (s *Session) restore(ctx context.Context) error {
	var asked time.Time
	err := s.retry(ctx, func(ctx context.Context) error {
		if err := s.held(); err != nil {
			return err
		}
		if err := s.connect(ctx, false); err != nil {
			return err
		}
		// Is there anything to go back to? Asked after each loss, and rarely then.
		if time.Since(asked) > s.cfg.Timing.Look {
			over, err := s.isOver(ctx)
			if err == nil {
				asked = time.Now()
			}
			if over {
				return errGone
			}
		}
		err := s.attach(ctx)
		if err != nil {
			s.dropWay()
		}
		return unreached(err)
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
