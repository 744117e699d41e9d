package session

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
)

// insist goes on with a release that could not be confirmed, such as one without
// a network, for as long as the job's lease lasts: the node is given back as soon
// as that can be said. Nobody waits for it. A job that was told to end by itself
// needs no more, and a person is not asked.
func (s *Session) insist(cause error) {
	ends := wallClock().Add(s.cfg.Grace)
	for gap := time.Second; s.unreleased() && wallClock().Before(ends); {
		gap = s.nap(context.Background(), gap, min(2*gap, longest))
		ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Timing.Release)
		release := s.release(ctx, cause)
		cancel()
		s.cfg.Log.Info("releasing later", zap.String("session", s.cfg.ID), zap.String("job", release.JobID),
			zap.String("outcome", string(release.Outcome)), zap.Error(release.Err))
		s.mu.Lock()
		s.snap.Release = release
		s.mu.Unlock()
	}
}

func (s *Session) unreleased() bool {
	r := s.Snapshot().Release
	return r.Outcome == Unconfirmed && s.parting == "" && !NeedsPerson(errors.Unwrap(r.Err))
}
