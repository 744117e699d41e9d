package session

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// submit makes the session's folder and hands the job to Slurm, side by side,
// so that the two cost the round trips of one.
func (s *Session) submit(ctx context.Context) error {
	s.enter(Submitting)
	opening := s.openNew(ctx)
	job, err := s.slurm().Submit(ctx, func(site slurm.Site) (slurm.Submission, error) {
		return s.plan(ctx, site, opening)
	})
	made := <-opening.done
	s.folder = made.folder
	if made.folder != nil {
		s.homeTook = made.folder.Took
	}
	if err != nil {
		s.maybe = errors.Is(err, slurm.ErrOutcomeUnknown)
		if ctx.Err() != nil && !s.maybe {
			return context.Cause(ctx)
		}
		return err
	}
	s.update(func(snap *Snapshot) {
		snap.State, snap.JobID, snap.Submitted = Pending, job.ID, time.Now()
	})
	s.claim()
	if s.folder.OldFound {
		s.sweepLater(ctx)
	}
	s.cfg.Log.Info("job submitted", zap.String("session", s.cfg.ID), zap.String("job", job.ID))
	// From here on the folder belongs to a job; before, it goes with the link.
	return s.folder.Send("submitted")
}

// opening is a folder that is being made.
type opening struct {
	made chan struct{}   // closed when done has the answer
	done chan openAnswer // one answer
}

type openAnswer struct {
	folder *remote.Dir
	err    error
}

// openNew makes the folder in a goroutine that submit waits for.
func (s *Session) openNew(ctx context.Context) *opening {
	o := &opening{made: make(chan struct{}), done: make(chan openAnswer, 1)}
	login := s.login
	go func() {
		f, err := remote.OpenDir(ctx, login, s.cfg.ID, remote.DirOptions{
			Workdir: s.cfg.Request.WorkingDirectory, Grace: s.cfg.Grace, Idle: s.cfg.Idle, Generation: 1, Create: true,
		})
		o.done <- openAnswer{f, err}
		close(o.made)
	}()
	return o
}

// plan makes the batch script once Slurm has told of its partitions and the
// folder is there.
func (s *Session) plan(ctx context.Context, site slurm.Site, o *opening) (slurm.Submission, error) {
	req, partition, err := slurm.ResolveDefaults(s.cfg.Request, site)
	if err != nil {
		return slurm.Submission{}, err
	}
	script, err := remote.JobScript(s.cfg.ID, s.cfg.Grace, req)
	if err != nil {
		return slurm.Submission{}, err
	}
	select {
	case <-o.made:
	case <-ctx.Done():
		return slurm.Submission{}, context.Cause(ctx)
	}
	answer := <-o.done
	o.done <- answer // submit takes it from there
	if answer.err != nil {
		return slurm.Submission{}, answer.err
	}
	s.partition = partition
	s.update(func(snap *Snapshot) {
		snap.CPUs, snap.TimeLimit, snap.Partition = req.CPUs, req.TimeLimit, partition.Name
		if snap.MemoryMiB = req.MemoryMiB; snap.MemoryMiB == 0 {
			snap.MemoryMiB = partition.DefaultMemoryMiB(req.CPUs)
		}
		snap.Workdir = answer.folder.Workdir
	})
	return slurm.Submission{Options: req.Options(slurm.Comment(s.cfg.Version, s.cfg.ID)), Script: script}, nil
}

// sweepLater removes folders of before once the kernel is ready: those of jobs that
// were cancelled with nobody there. Slurm is asked only where there may be one.
func (s *Session) sweepLater(ctx context.Context) {
	login := s.login
	s.tasks.Go(func() {
		select {
		case <-s.ready:
		case <-ctx.Done():
			return
		}
		if err := remote.Prune(ctx, login); err != nil {
			s.cfg.Log.Info("removing old folders on the cluster", zap.Error(err))
		}
	})
}
