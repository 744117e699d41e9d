package server

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/fileapi"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
)

// KernelStart starts a session and returns when cells can run in it.
func (s *server) KernelStart(ctx context.Context, params *protocol.KernelStartParams) (*protocol.KernelStartResult, error) {
	p, err := s.clusters.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	cfg, err := s.startConfig(p, params.Request)
	if err != nil {
		return nil, err
	}
	report := progress.Begin(s.client, params.ProgressToken, "Starting a kernel on "+p.Title)
	defer report.End()
	var copied *fileapi.Copy
	if params.Project != nil {
		if copied, err = s.NewCopy(ctx, p, cfg.Request.WorkingDirectory, *params.Project, report); err != nil {
			return nil, err
		}
		defer copied.Stop()
		cfg.Request.WorkingDirectory, cfg.MakeWorkdir, cfg.Prepare = copied.Workdir(), true, copied.Begin
		if err := cfg.Request.Validate(); err != nil {
			return nil, err
		}
	}
	h := &ownedSession{place: p.Place, request: cfg.Request, grace: cfg.Grace}
	cfg.Changed = s.onChange(h, report)
	if err := s.kernels.start(h, session.Start, cfg); err != nil {
		return nil, err
	}
	result, err := s.awaitReady(ctx, h)
	if err == nil && copied != nil {
		result.Project, result.ProjectProblem = copied.Wait(ctx)
	}
	return result, err
}

// startConfig returns what a new session needs: the request over the defaults of the profile.
func (s *server) startConfig(p profile.Profile, wanted protocol.KernelRequest) (session.Config, error) {
	grace, err := s.resolveGrace(time.Duration(wanted.GraceSeconds)*time.Second, p.Grace)
	if err != nil {
		return session.Config{}, err
	}
	cfg := s.config(store.NewID(), p, grace)
	cfg.Request = slurmRequest(wanted).WithDefaults(p.Request)
	if cfg.Idle, err = s.resolveIdle(wanted.IdleSeconds, p.Idle); err != nil {
		return session.Config{}, err
	}
	return cfg, cfg.Request.Validate()
}

// awaitReady returns when the session is ready. If the request is cancelled before,
// it returns when the session is released.
func (s *server) awaitReady(ctx context.Context, h *ownedSession) (*protocol.KernelStartResult, error) {
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
	if grace < s.shortestGrace || grace > profile.LongestGrace {
		return 0, rpc.BadRequest("graceSeconds", units.Duration(grace)+" is not between "+units.Duration(s.shortestGrace)+" and "+units.Duration(profile.LongestGrace))
	}
	return grace, nil
}
