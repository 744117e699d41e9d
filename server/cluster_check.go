package server

import (
	"cmp"
	"context"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/check"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// ClusterCheck runs the tests of package check.
func (s *server) ClusterCheck(ctx context.Context, params *protocol.ClusterCheckParams) (*protocol.ClusterCheckResult, error) {
	p, unusable, err := s.profileToCheck(params)
	if err != nil {
		return nil, err
	}
	defer s.pool.Acquire(p)()
	progress := s.progress(params.ProgressToken, "Checking the connection to "+p.Title)
	defer progress.end()
	return check.Run(ctx, check.Options{
		Profile: p, Unusable: unusable, Problems: s.profiles.Load().Problems(), Full: params.Full,
		Version: s.version, Env: s.env, Log: s.log, Pool: s.pool, Notices: s.notices, Redact: s.redactor.String,
		StartJob: func(request slurm.Request, changed func(session.Snapshot)) (*session.Session, error) {
			return s.startCheckJob(p, request, changed)
		},
		QueueLimit: s.timing.Jupyter,
		Progress: func(title string) {
			progress.send(protocol.ProgressParams{Kind: protocol.ProgressReport, Message: title})
		},
	})
}

// profileToCheck returns the profile that the client named, and why it cannot be used
// if so: a mistake in a profile is a finding, an unknown name is an error.
func (s *server) profileToCheck(params *protocol.ClusterCheckParams) (p profile.Profile, unusable, err error) {
	p, err = s.profiles.Load().Resolve(params.Cluster, params.User, s.sshHosts())
	if err == nil {
		return p, s.badConfig, nil
	}
	if s.badConfig == nil && !fault.Is(err, fault.BadConfig) {
		return p, nil, err
	}
	name := cmp.Or(params.Cluster, s.configured.Default())
	return profile.Profile{Name: name, Title: name, User: params.User}, cmp.Or(s.badConfig, err), nil
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
	h := &ownedSession{profile: p, grace: cfg.Grace, check: true}
	err := s.startSession(h, session.Start, cfg)
	return h.Session, err
}
