package session

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
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
	s.job.partition, s.job.request, s.job.polls.mayCount = sub.partition, sub.request, sub.smallSite
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
	s.grant(sub.terms)
	s.status.update(func(snap *Snapshot) { sub.describe(snap, s.cfg, jobID) })
	if err != nil {
		return err // interrupted, or one kernel too many, and yet there is a job: it is released
	}
	s.owner.write()
	if sub.dir.OldFound {
		login, clusters, log, ready := s.login, s.cfg.Request.Clusters, s.cfg.Log, s.Ready()
		s.loop.group.Go(func() { pruneAfter(ctx, ready, login, clusters, log) })
	}
	s.cfg.Log.Info("job submitted", zap.String("session", s.cfg.ID), zap.String("job", jobID))
	return sent
}

// grant makes the session what the site grants.
func (s *Session) grant(t Terms) {
	s.cfg.grant(t)
	s.lease.grace = t.Grace
	s.activity.setLimit(t.Idle, s.cfg.Timing)
	if t.Notice != "" {
		s.status.notices.add(t.Notice)
	}
}

// describe sets what is known of a job that was submitted.
func (sub *submission) describe(snap *Snapshot, granted Config, jobID string) {
	req := sub.request
	snap.State, snap.JobID, snap.Submitted = Pending, jobID, time.Now()
	snap.CPUs, snap.TimeLimit, snap.Partition, snap.Workdir = req.CPUs, req.TimeLimit, sub.partition.Name, sub.dir.Workdir
	snap.Title, snap.Account, snap.SiteDefaults = granted.Title, req.Account, req.FromSite
	snap.Grace, snap.Idle = granted.Grace, max(granted.Idle, 0)
	snap.MemoryMiB = cmp.Or(req.MemoryMiB, sub.partition.DefaultMemoryMiB(req.CPUs))
}

// submission is the part of submit that runs in another goroutine.
type submission struct {
	cfg   Config
	login nodeconn.LoginConn

	dir       *remote.Dir
	terms     Terms
	request   slurm.Request // with the defaults resolved
	partition slurm.Partition
	smallSite bool
	err       error
}

func (sub *submission) run(ctx context.Context) (jobID string, err error) {
	preparing, cancel := context.WithCancel(ctx)
	defer cancel()
	prepared := make(chan error, 1)
	go func() { prepared <- sub.cfg.Prepare(preparing) }() // ends with this call at the latest
	made := make(chan error, 1)
	go func() {
		defer close(made)
		var err error
		sub.dir, err = remote.OpenDir(ctx, sub.login, sub.cfg.ID, sub.dirOptions(sub.cfg.Request, sub.cfg.Grace, sub.cfg.Idle))
		if err == nil && !sub.dir.MadeWorkdir {
			err = <-prepared
		}
		made <- err
	}()
	client := slurm.New(sub.login).On(sub.cfg.Request.Clusters).KnowsFile(sub.cfg.SiteFile)
	job, err := client.Submit(ctx, func(site slurm.Site) (slurm.Submission, error) { return sub.prepare(ctx, site, made) })
	cancel()
	for range made { //nolint:revive // waits for the goroutine, also if prepare was not called
	}
	if err == nil {
		err = sub.limitKernels(ctx, sub.terms, job.Sessions, job.ID)
	} else {
		err = sub.request.Explain(err)
	}
	sub.err = err
	return job.ID, err
}

func (sub *submission) dirOptions(req slurm.Request, grace, idle time.Duration) remote.DirOptions {
	return remote.DirOptions{
		Workdir: req.WorkingDirectory, MakeWorkdir: sub.cfg.MakeWorkdir, SessionDir: sub.cfg.SessionDir,
		Grace: grace, Idle: idle, Generation: 1, Create: true,
	}
}

// prepare makes the batch script once the login node has reported its facts, the session
// directory exists, and the working directory may be used.
func (sub *submission) prepare(ctx context.Context, site slurm.Site, made <-chan error) (slurm.Submission, error) {
	terms, err := sub.cfg.Terms(site)
	if err != nil {
		return slurm.Submission{}, err
	}
	req, partition, err := slurm.ResolveDefaults(terms.Request, site)
	if err == nil {
		req, err = terms.Limit(req, partition)
	}
	if err == nil {
		err = sub.limitKernels(ctx, terms, site.Sessions, "")
	}
	if err == nil {
		err = sub.cfg.Confirm(ctx, site, req)
	}
	if err != nil {
		return slurm.Submission{}, err
	}
	script, err := remote.JobScript(sub.cfg.ID, terms.Title, sub.cfg.SessionDir, terms.Grace, req)
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
	wanted, granted := sub.dirOptions(sub.cfg.Request, sub.cfg.Grace, sub.cfg.Idle), sub.dirOptions(req, terms.Grace, terms.Idle)
	if wanted != granted {
		if err := sub.dir.Change(ctx, granted); err != nil {
			return slurm.Submission{}, err
		}
	}
	sub.terms, sub.request, sub.partition, sub.smallSite = terms, req, partition, site.IsSmall()
	return slurm.Submission{Options: req.Options(slurm.Comment(sub.cfg.Version, sub.cfg.ID)), Script: script}, nil
}

// limitKernels returns an error if the user has as many kernels as the site allows. Each has a
// folder in the home directory, so Slurm is asked only if there are that many of them. Of kernels
// that are started at the same time each may see no other one: so this is called again when the
// session's own job is submitted, and the jobs before it count. Their folders exist by then.
func (sub *submission) limitKernels(ctx context.Context, terms Terms, folders []string, own string) error {
	others := slices.DeleteFunc(slices.Clone(folders), func(id string) bool { return id == sub.cfg.ID || !store.ValidID(id) })
	if terms.LimitKernels(len(others)) == nil {
		return nil
	}
	jobs, err := slurm.New(sub.login).On(terms.Request.Clusters).Mine(ctx)
	if err != nil {
		return err
	}
	jobs = slices.DeleteFunc(jobs, func(job slurm.Job) bool { return job.State.Leaving() || job.State.Ended() })
	slices.SortFunc(jobs, slurm.Job.Compare)
	if i := slices.IndexFunc(jobs, func(job slurm.Job) bool { return job.ID == own }); i >= 0 {
		jobs = jobs[:i]
	}
	return terms.LimitKernels(len(jobs))
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
