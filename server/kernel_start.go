package server

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/envapi"
	"github.com/sa2c/sunpyter/server/fileapi"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// KernelStart starts a session and returns when cells can run in it.
func (s *server) KernelStart(ctx context.Context, params *protocol.KernelStartParams) (*protocol.KernelStartResult, error) {
	base, err := s.clusters.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	cfg, err := s.startConfig(base, params.Request, envapi.Choice{})
	if err != nil {
		return nil, err
	}
	replaced, err := s.kernels.waiting(params.Replaces)
	if err != nil {
		return nil, err
	}
	p := s.sites.apply(base)
	report := progress.Begin(s.client, params.ProgressToken, "Starting a kernel on "+p.Title)
	defer report.End()
	choice, err := s.Choose(ctx, p, cfg.Request)
	var result *protocol.KernelStartResult
	if err == nil {
		h := &ownedSession{place: p.Place, replaces: replaced}
		result, err = s.startKernel(ctx, h, base, params, choice, report)
	}
	return result, s.Offer(ctx, p, cfg.Request.WorkingDirectory, choice, err)
}

// startKernel starts the session h in an environment that was chosen, copies a folder
// meanwhile if there is one, and returns when it is ready and the folder is copied.
func (s *server) startKernel(ctx context.Context, h *ownedSession, base profile.Profile, params *protocol.KernelStartParams, choice envapi.Choice,
	report *progress.Report) (*protocol.KernelStartResult, error) {
	cfg, copied, err := s.configWithCopy(ctx, base, params, choice, report)
	if err != nil {
		return nil, err
	}
	defer copied.Stop()
	missing := &missingJupyter{client: s.client, stored: s.sites.stored, log: s.log, site: s.sites.apply(base)}
	h.request, cfg.Confirm = cfg.Request, missing.confirm
	if h.replaces != nil { // the user has agreed to the first
		cfg.Terms, cfg.Confirm = inPlaceOfAnother(cfg.Terms), nil
	}
	cfg.Changed = s.onChange(h, report)
	if err := s.kernels.start(h, session.Start, cfg); err != nil {
		return nil, err
	}
	result, err := s.awaitReady(ctx, h)
	if err != nil {
		return nil, err
	}
	missing.started()
	if result.Project, err = copied.Wait(ctx); err != nil {
		problem := rpc.ProblemOf(s.sites.explain(h.place, err))
		result.Project, result.ProjectProblem = nil, &problem
	}
	return result, nil
}

// configWithCopy is startConfig, for a session that runs in the copy of a folder if there is one.
func (s *server) configWithCopy(ctx context.Context, base profile.Profile, params *protocol.KernelStartParams, choice envapi.Choice,
	report *progress.Report) (session.Config, *fileapi.Copy, error) {
	cfg, err := s.startConfig(base, params.Request, choice)
	if err != nil || params.Project == nil {
		return cfg, nil, err
	}
	copied, err := s.NewCopy(ctx, s.sites.apply(base), cfg.Request.WorkingDirectory, *params.Project, report)
	if err != nil {
		return cfg, nil, err
	}
	wanted := params.Request
	wanted.WorkingDirectory = copied.Workdir()
	if cfg, err = s.startConfig(base, wanted, choice); err != nil {
		copied.Stop()
		return cfg, nil, err
	}
	cfg.MakeWorkdir, cfg.Prepare = true, copied.Begin
	return cfg, copied, nil
}

// startConfig returns what a new session needs, from the request, the profile, and the site's file
// as last reported. The file that the login node reports when it is reached decides.
func (s *server) startConfig(base profile.Profile, wanted protocol.KernelRequest, choice envapi.Choice) (session.Config, error) {
	file := s.sites.file(base.Place)
	terms, err := s.terms(base, file, wanted, choice)
	if err != nil {
		return session.Config{}, err
	}
	cfg := s.config(store.NewID(), file.Apply(base), terms.Grace)
	cfg.Request, cfg.Idle, cfg.SiteFile = terms.Request, terms.Idle, s.sites.hash(base.Place)
	cfg.Terms = func(reported slurm.Site) (session.Terms, error) {
		file, _ := s.sites.learn(cfg.Place, reported.File)
		terms, err := s.terms(base, file, wanted, choice)
		if err != nil {
			return terms, err
		}
		route, err := file.LimitRoute(string(base.Pinned))
		terms.Pinned = store.Route(route)
		return terms, err
	}
	return cfg, nil
}

// terms returns what a request gets at a site with this file.
func (s *server) terms(base profile.Profile, file site.File, wanted protocol.KernelRequest, choice envapi.Choice) (session.Terms, error) {
	p := file.Apply(base)
	grace, err := s.resolveGrace(time.Duration(wanted.GraceSeconds)*time.Second, p.Grace)
	if err != nil {
		return session.Terms{}, err
	}
	idle, err := s.resolveIdle(wanted.IdleSeconds, p.Idle)
	if err != nil {
		return session.Terms{}, err
	}
	t := session.Terms{Title: p.Title, Request: slurmRequest(wanted).WithDefaults(p.Request), Poll: file.Caps.Poll, LimitKernels: file.LimitKernels}
	choice.Apply(&t.Request.Environment)
	asked := t.Request
	t.Limit = func(req slurm.Request, partition slurm.Partition) (slurm.Request, error) {
		return file.Limit(asked, req, partition)
	}
	t.Grace, t.Idle, t.Notice = file.LimitTimes(grace, idle, wanted.GraceSeconds != 0 || base.Sets("grace"), wanted.IdleSeconds != 0 || base.Sets("idle"))
	return t, t.Request.Validate()
}

// awaitReady returns when the session is ready. If the request is cancelled before,
// it returns when the session is released.
func (s *server) awaitReady(ctx context.Context, h *ownedSession) (*protocol.KernelStartResult, error) {
	if h.replaces != nil {
		defer keepFirst(ctx, h.replaces, h)()
	}
	select {
	case <-h.Ready():
	case <-h.Ended():
		return nil, h.Snapshot().Cause
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), rpc.ErrClosed) {
			// Closed releases the session or leaves it to a successor.
			return nil, &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "the connection to the client is closed"}
		}
		release := h.Stop(context.Background())
		if release.Err != nil {
			return nil, release.Err
		}
		return nil, &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "it was cancelled; nothing is left behind"}
	}
	link, err := h.Link()
	if err != nil {
		return nil, err
	}
	snap := h.Snapshot()
	return &protocol.KernelStartResult{Session: h.wire(snap), URL: snap.URL, Token: snap.Token, Link: link}, nil
}

// resolveGrace returns how long a job runs on without this computer.
func (s *server) resolveGrace(asked, fromProfile time.Duration) (time.Duration, error) {
	grace := cmp.Or(asked, fromProfile, profile.DefaultGrace)
	if grace < s.ShortestGrace || grace > profile.LongestGrace {
		return 0, rpc.BadRequest("graceSeconds", units.Duration(grace)+" is not between "+units.Duration(s.ShortestGrace)+" and "+units.Duration(profile.LongestGrace))
	}
	return grace, nil
}

// resolveIdle returns the idle time after which a kernel is released; 0 is never.
func (s *server) resolveIdle(asked int, fromProfile time.Duration) (time.Duration, error) {
	idle := cmp.Or(time.Duration(asked)*time.Second, fromProfile, profile.DefaultIdle)
	switch {
	case asked == -1 || idle == profile.NeverIdle:
		return 0, nil
	case idle < s.Timing.ActivityPoll || idle > profile.LongestIdle:
		return 0, rpc.BadRequest("idleSeconds", units.Duration(idle)+" is not between "+units.Duration(s.Timing.ActivityPoll)+" and "+units.Duration(profile.LongestIdle)+", nor -1 for never")
	}
	return idle, nil
}
