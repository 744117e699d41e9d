package session

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
)

// awaitNode waits until the job reports its node, through the session directory. Slurm is
// asked only for the reason why the job waits, and rarely.
func (s *Session) awaitNode(ctx context.Context) error {
	if s.dir == nil { // adopted
		if err := s.reopenDir(ctx); err != nil {
			return err
		}
	}
	s.status.setState(Pending)
	s.loop.timers.poll.Reset(s.cfg.Timing.FirstPoll)
	defer s.loop.timers.poll.Stop()
	defer s.loop.timers.jupyter.Stop()
	s.loop.timers.renew.Reset(s.cfg.Timing.PendingRenew)
	reported := func() bool { return s.status.snap.Node.Reported() }
	for !reported() {
		if s.dir == nil {
			if err := s.reopenDir(ctx); err != nil {
				return err
			}
		}
		if err := s.loop.wait(ctx, func() bool { return reported() || s.dir == nil }); err != nil {
			return err
		}
	}
	return nil
}

// reopenDir watches the session directory again after the link was lost, for as long
// as it takes.
func (s *Session) reopenDir(ctx context.Context) error {
	return s.retry(ctx, func(ctx context.Context) error {
		if err := s.connect(ctx, false); err != nil {
			return err
		}
		login, id, options := s.login, s.cfg.ID, remote.DirOptions{Grace: s.lease.grace, Generation: s.status.snap.Generation}
		dir, err := call(&s.loop, ctx, func(ctx context.Context) (*remote.Dir, error) { return remote.OpenDir(ctx, login, id, options) })
		s.dir = dir
		return err
	})
}

// takeOver raises the generation in the session directory on the cluster, where other
// computers and the agent in the job see it. If that fails, the generation in this
// computer's record has to do. It is not raised for an owner that another one of this computer has followed
// meanwhile: for that one, it would look like a newer owner on another computer.
func (s *Session) takeOver(ctx context.Context) error {
	if err := s.owner.check(); err != nil {
		return err
	}
	login, id, generation := s.login, s.cfg.ID, s.status.snap.Generation
	t, err := call(&s.loop, ctx, func(ctx context.Context) (remote.Taken, error) {
		return remote.TakeOver(ctx, login, id, generation)
	})
	if t.Generation > generation {
		s.status.update(func(snap *Snapshot) { snap.Generation = t.Generation })
		s.owner.update(func(rec *store.Record) { rec.Generation = t.Generation })
	}
	switch {
	case ctx.Err() != nil || lostOwnership(err):
		return err
	case t.Failed:
		s.job.ended = true
		return err
	case err != nil:
		s.cfg.Log.Warn("taking the session over on the cluster", zap.String("session", s.cfg.ID), zap.Error(err))
	case t.Node.Reported() && !s.status.snap.Node.Reported():
		s.jobStarted(t.Node)
	}
	return nil
}

// jobStarted records that the job runs and has reported its node.
func (s *Session) jobStarted(node store.Node) {
	s.status.setState(Starting, func(snap *Snapshot) {
		snap.Node = node
		if snap.Started.IsZero() {
			snap.Started = time.Now()
		}
	})
	started := s.status.snap.Started
	s.owner.update(func(rec *store.Record) { rec.Node, rec.Started = node, started })
}

// jupyterSilent returns the error of a job in which Jupyter did not start within limit.
func jupyterSilent(jobID string, limit time.Duration, step setupStep) error {
	f := &fault.Error{
		Code: fault.JupyterSilent, Tried: "starting Jupyter in job " + jobID,
		Answer: "no answer within " + units.Duration(limit),
		Advice: "Try again. If the environment takes long to load, make it smaller, or allow more time: change " + fault.Setting("start_timeout") + ".",
	}
	if at := step.describe(); at != "" {
		f.Answer += "; at the end of that time the job was at: " + at
	}
	return f
}
