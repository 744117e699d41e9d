package session

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// fate finds out why the job is over: what the job itself left word of comes
// first, then what Slurm says. It never returns nil.
func (s *Session) fate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	unknown := &fault.Error{
		Code: fault.JobEnded, Tried: "keeping job " + s.snap.JobID, Answer: "it is over, and neither the job nor Slurm says why",
		Advice: "Start a new kernel; if it happens again, ask the site's support about the job.",
	}
	for gap := 200 * time.Millisecond; ; gap = min(2*gap, 5*time.Second) {
		if word := remote.ReadEnd(ctx, s.login, s.cfg.ID); word != nil {
			s.over = true
			if f, ok := errors.AsType[*fault.Error](word); ok && f.Code == fault.JupyterDied && s.wasReady() {
				f.Tried = "running Jupyter in job " + s.snap.JobID
			}
			return s.inFigures(word)
		}
		job, err := s.job(ctx)
		if ctx.Err() == nil {
			switch {
			case fault.Is(err, fault.SlurmUnknownJob):
				s.over = true
				return unknown
			case err == nil && job.State.Waiting() && s.snap.Node.Reported(): // s.over stays false: it is cancelled there
				return remote.Requeued(job.ID)
			case err == nil && job.State.Over():
				s.over = true
				return s.inFigures(endOf(job))
			case err != nil:
				s.cfg.Log.Info("asking how the job ended", zap.String("job", s.snap.JobID), zap.Error(err))
			}
		}
		if !pause(ctx, gap) {
			if ctx.Err() != nil && context.Cause(ctx) != context.DeadlineExceeded {
				return context.Cause(ctx)
			}
			return unknown
		}
	}
}

// endOf is how a job that left no word ended.
func endOf(job slurm.Job) error {
	if job.State == slurm.StateFailed && job.ExitCode == remote.ExitCannotReport {
		return remote.CannotReport(job.ID)
	}
	return job.End()
}

// job asks Slurm for the job, also when it has left the queue.
func (s *Session) job(ctx context.Context) (slurm.Job, error) {
	jobs, err := s.slurm().Queue(ctx, s.snap.JobID)
	if err != nil {
		return slurm.Job{}, err
	}
	if len(jobs) == 1 && !jobs[0].State.Over() {
		return jobs[0], nil
	}
	return s.slurm().Finished(ctx, s.snap.JobID)
}

// isOver asks Slurm once whether the job is over. No answer is no "yes".
func (s *Session) isOver(ctx context.Context) (bool, error) {
	job, err := s.job(ctx)
	if fault.Is(err, fault.SlurmUnknownJob) {
		return true, nil
	}
	return err == nil && (job.State.Over() || job.State.Leaving()), err
}
