package server

import (
	"context"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/shell"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// ownedSession is a session that this client owns.
type ownedSession struct {
	*session.Session
	place   store.Place
	request slurm.Request
	check   bool // of cluster/check: no client sees it
	leaving sync.Once
	// recorded is closed once it has ended and its end is recorded; see kernels.start.
	recorded chan struct{}

	replaces *ownedSession // the waiting session that it was started to replace; nil: none
}

// config returns what every session of this server has in common.
func (s *server) config(id string, p profile.Profile, grace time.Duration) session.Config {
	file := s.sites.file(p.Place)
	return session.Config{
		ID: id, Owner: s.owner, Place: p.Place, Grace: grace, Version: s.Version,
		Connect: func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error) {
			return s.pool.Connect(ctx, p.Place, interactive)
		},
		Explain:      func(cause error) error { return s.sites.explain(p.Place, cause) },
		StartTimeout: p.StartTimeout, SessionDir: p.SessionDir,
		Store: s.store, Routes: s.store, Log: s.log, Timing: s.Timing.WithPoll(file.Caps.Poll),
		Warn: func(message, detail string) { s.notices.Show(protocol.LogWarning, message, detail) },
	}
}

// onChange returns a function that sends a session's changes to the client, and keeps
// its token out of every log.
func (s *server) onChange(h *ownedSession, report *progress.Report) func(session.Snapshot) {
	return func(snap session.Snapshot) {
		s.redactor.Add(snap.Token)
		w := h.wire(snap)
		_ = s.client.SessionDidChange(context.Background(), &protocol.SessionDidChangeParams{Session: w})
		report.Session(w)
	}
}

// openShell opens a shell in a session of this client, or in one of another window on this
// computer, over a connection of its own.
func (s *server) openShell(ctx context.Context, id string, req shell.Request) (shell *shell.Shell, node string, err error) {
	if h, ok := s.kernels.findHere(id); ok {
		shell, err = h.OpenShell(ctx, req)
		return shell, h.Snapshot().Node.Name, err
	}
	rec, ok := s.kernels.remembered(id)
	if !ok {
		return nil, "", unknownSession(id)
	}
	release := s.pool.Acquire(rec.Place)
	shell, err = session.OpenShell(ctx, func(ctx context.Context, interactive bool) (nodeconn.LoginConn, error) {
		return s.pool.Connect(ctx, rec.Place, interactive)
	}, rec, req, release)
	return shell, rec.Node.Name, err
}
