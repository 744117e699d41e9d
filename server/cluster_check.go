package server

import (
	"context"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/check"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// ClusterCheck runs the tests of package check.
func (s *server) ClusterCheck(ctx context.Context, params *protocol.ClusterCheckParams) (*protocol.ClusterCheckResult, error) {
	p, unusable, err := s.clusters.toCheck(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	p = s.sites.apply(p)
	defer s.pool.Acquire(p.Place)()
	report := progress.Begin(s.client, params.ProgressToken, "Checking the connection to "+p.Title)
	defer report.End()
	return check.Run(ctx, check.Options{
		Profile: p, Unusable: unusable, Problems: s.clusters.profiles.Load().Problems(), Full: params.Full,
		Version: s.Version, Env: s.Env, Log: s.log, Pool: s.pool, Notices: s.notices, Redact: s.redactor.String,
		StartJob: func(request slurm.Request, changed func(session.Snapshot)) (*session.Session, error) {
			choice, err := s.Choose(ctx, p, request)
			if err != nil {
				return nil, err
			}
			choice.Apply(&request.Environment)
			return s.startCheckJob(p, request, changed)
		},
		QueueLimit: s.Timing.Jupyter,
		Progress:   report.Step,
		Learn:      func(found slurm.SiteFile) (site.File, string) { return s.sites.learn(p.Place, found) },
		Advise:     func(code fault.Code, advice string) string { return s.sites.advise(p.Place, code, advice) },
	})
}

// startCheckJob starts the session of a full check, which no client sees and no
// record is kept of.
func (s *server) startCheckJob(p profile.Profile, request slurm.Request, changed func(session.Snapshot)) (*session.Session, error) {
	cfg := s.config(store.NewID(), p, check.JobGrace)
	cfg.Request, cfg.Idle, cfg.Store = request, profile.NeverIdle, nil
	cfg.Changed = func(snap session.Snapshot) {
		s.redactor.Add(snap.Token)
		changed(snap)
	}
	cfg.Terms = func(reported slurm.Site) (session.Terms, error) {
		file, _ := s.sites.learn(p.Place, reported.File)
		asked := request
		asked.TimeLimit = 0 // not the user's
		route, err := file.LimitRoute(string(p.Pinned))
		return session.Terms{
			Title: p.Title, Request: request, Grace: cfg.Grace, Idle: cfg.Idle, Pinned: store.Route(route), Poll: file.Caps.Poll,
			Limit: func(req slurm.Request, partition slurm.Partition) (slurm.Request, error) {
				return file.Limit(asked, req, partition)
			},
			LimitKernels: func(int) error { return nil }, // a check does not count as a kernel
		}, err
	}
	h := &ownedSession{place: p.Place, check: true}
	err := s.kernels.start(h, session.Start, cfg)
	return h.Session, err
}
