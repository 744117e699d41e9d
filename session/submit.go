package session

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// submit creates the session directory and submits the job, concurrently, so that
// the two cost the round trips of one.
func (s *Session) submit(ctx context.Context) error {
	s.status.setState(Submitting)
	sub := &submission{cfg: s.cfg, login: s.login}
	jobID, err := call(&s.loop, ctx, sub.run)
	s.dir = sub.dir
	if sub.dir != nil {
		s.job.homeTook = sub.dir.Took
	}
	s.job.partition = sub.partition
	if jobID == "" {
		s.job.mayExist = errors.Is(sub.err, slurm.ErrOutcomeUnknown)
		return err
	}
	// From here on the directory belongs to a job; before, it is removed when the link is
	// lost. It is sent before the job is reported, so that pending implies it.
	var sent error
	if err == nil {
		sent = s.dir.Send("submitted")
	}
	req := sub.request
	s.status.update(func(snap *Snapshot) {
		snap.State, snap.JobID, snap.Submitted = Pending, jobID, time.Now()
		snap.CPUs, snap.TimeLimit, snap.Partition, snap.Workdir = req.CPUs, req.TimeLimit, sub.partition.Name, sub.dir.Workdir
		snap.Account, snap.SiteDefaults = req.Account, req.FromSite
		if snap.MemoryMiB = req.MemoryMiB; snap.MemoryMiB == 0 {
			snap.MemoryMiB = sub.partition.DefaultMemoryMiB(req.CPUs)
		}
	})
	if err != nil {
		return err // interrupted, and yet there is a job: it is released
	}
	s.owner.write()
	if sub.dir.OldFound {
		login, clusters, log, ready := s.login, s.cfg.Request.Clusters, s.cfg.Log, s.Ready()
		s.loop.group.Go(func() { pruneAfter(ctx, ready, login, clusters, log) })
	}
	s.cfg.Log.Info("job submitted", zap.String("session", s.cfg.ID), zap.String("job", jobID))
	return sent
}

// submission is the part of submit that runs in another goroutine.
type submission struct {
	cfg   Config
	login nodeconn.LoginConn

	dir       *remote.Dir
	request   slurm.Request // with the defaults resolved
	partition slurm.Partition
	err       error
}

func (sub *submission) run(ctx context.Context) (jobID string, err error) {
	preparing, cancel := context.WithCancel(ctx)
	defer cancel()
	prepared := make(chan error, 1)
	go func() { prepared <- sub.cfg.prepare(preparing) }() // ends with this call at the latest
	made := make(chan error, 1)
	go func() {
		defer close(made)
		var err error
		sub.dir, err = remote.OpenDir(ctx, sub.login, sub.cfg.ID, remote.DirOptions{
			Workdir: sub.cfg.Request.WorkingDirectory, MakeWorkdir: sub.cfg.MakeWorkdir, SessionDir: sub.cfg.SessionDir,
			Grace: sub.cfg.Grace, Idle: sub.cfg.Idle, Generation: 1, Create: true,
		})
		if err == nil && !sub.dir.MadeWorkdir {
			err = <-prepared
		}
		made <- err
	}()
	job, err := slurm.New(sub.login).On(sub.cfg.Request.Clusters).Submit(ctx, func(site slurm.Site) (slurm.Submission, error) { return sub.prepare(ctx, site, made) })
	cancel()
	for range made { //nolint:revive // waits for the goroutine, also if prepare was not called
	}
	sub.err = err
	return job.ID, err
}

// prepare makes the batch script once Slurm has reported its partitions, the session
// directory exists, and the working directory may be used.
func (sub *submission) prepare(ctx context.Context, site slurm.Site, made <-chan error) (slurm.Submission, error) {
	req, partition, err := slurm.ResolveDefaults(sub.cfg.Request, site)
	if err != nil {
		return slurm.Submission{}, err
	}
	script, err := remote.JobScript(sub.cfg.ID, sub.cfg.SessionDir, sub.cfg.Grace, req)
	if err != nil {
		return slurm.Submission{}, err
	}
	select {
	case err := <-made:
		if err != nil {
			return slurm.Submission{}, err
		}
	case <-ctx.Done():
		return slurm.Submission{}, context.Cause(ctx)
	}
	sub.request, sub.partition = req, partition
	return slurm.Submission{Options: req.Options(slurm.Comment(sub.cfg.Version, sub.cfg.ID)), Script: script}, nil
}

// pruneAfter removes old session directories once the kernel is ready: those of jobs
// that were cancelled while no owner was there.
func pruneAfter(ctx context.Context, ready <-chan struct{}, login nodeconn.LoginConn, clusters string, log *zap.Logger) {
	select {
	case <-ready:
	case <-ctx.Done():
		return
	}
	if err := remote.Prune(ctx, login, clusters); err != nil {
		log.Info("removing old folders on the cluster", zap.Error(err))
	}
}
