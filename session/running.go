package session

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/internal/retry"
)

// steadyLink is how long a link must have lasted to be restored without a pause.
const steadyLink = time.Minute

// running is the time in which cells run. It returns the cause of the end. The pauses
// before a lost link is restored grow while links break at once: the node's sshd may
// put each connection into a job that is just ending.
func (s *Session) running(ctx context.Context) error {
	backoff := retry.Backoff{Min: time.Second, Max: maxPause}
	for {
		connected := time.Now()
		s.startActivity()
		if err := s.wait(ctx, func() bool { return s.node.lost }); err != nil {
			return err
		}
		s.timers.activity.Stop()
		s.port.disconnect()
		s.node.take().close()
		s.setState(Disconnected)
		if time.Since(connected) >= steadyLink {
			backoff.Reset()
		} else if _, err := s.rest(ctx, backoff.Next()); err != nil {
			return err
		}
		if err := s.reconnect(ctx); err != nil {
			return err
		}
		s.cfg.Log.Info("connected again", zap.String("session", s.cfg.ID))
		s.setState(Ready)
	}
}

// reconnect restores the link, for as long as it takes: the lease in the job, not a
// guess of ours, decides when it is too late. Slurm, which may not answer, is asked
// only if no route leads into the job: is there anything to go back to?
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
		s.node.take().close()
		if err = unwrapNoRoute(err); !isTransient(err) || time.Since(asked) <= s.cfg.Timing.Poll {
			return err
		}
		finder := s.newCauseFinder()
		over, unknown := call(s, ctx, finder.jobEnded)
		if unknown == nil {
			asked = time.Now()
		}
		if over {
			return errGone
		}
		return err
	})
}
