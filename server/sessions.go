package server

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// ownedSession is a session that this client owns.
type ownedSession struct {
	*session.Session
	profile profile.Profile
	request slurm.Request
	grace   time.Duration
	check   bool // of cluster/check: no client sees it
	leaving sync.Once
}

// config returns what every session of this server has in common.
func (s *server) config(id string, p profile.Profile, grace time.Duration) session.Config {
	return session.Config{
		ID: id, Owner: s.owner, Place: placeOf(p), Grace: grace, Version: s.version,
		Connect: func(ctx context.Context, interactive bool) (session.LoginConn, error) {
			return s.pool.Connect(ctx, p, interactive)
		},
		StartTimeout: p.StartTimeout, SessionDir: p.SessionDir,
		Store: s.store, Routes: store.NewRoutes(s.store), Log: s.log, Timing: s.timing,
		Warn: func(message, detail string) { s.notices.Show(protocol.LogWarning, message, detail) },
	}
}

// onChange returns a function that sends a session's changes to the client, and keeps
// its token out of every log.
func (s *server) onChange(h *ownedSession, report *report) func(session.Snapshot) {
	return func(snap session.Snapshot) {
		s.redactor.Add(snap.Token)
		w := h.wire(snap)
		_ = s.client.SessionDidChange(context.Background(), &protocol.SessionDidChangeParams{Session: w})
		report.update(w)
	}
}

// startSession starts h with begin and owns it until it has ended.
func (s *server) startSession(h *ownedSession, begin func(session.Config) *session.Session, cfg session.Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return &fault.Error{Code: fault.Cancelled, Tried: "starting a kernel", Answer: "the server is shutting down"}
	}
	release := s.pool.Acquire(h.profile)
	h.Session = begin(cfg)
	s.sessions[cfg.ID] = h
	go func() { // returns when the session has ended, which every session does
		<-h.Ended()
		s.recordEnd(h)
		<-h.Done()
		release()
	}()
	return nil
}

// find returns a session of this client, also one that has ended.
func (s *server) find(id string) (*ownedSession, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.sessions[id]
	return h, ok
}

// owned returns the sessions that the client knows of and that have not ended.
func (s *server) owned() []*ownedSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*ownedSession, 0, len(s.sessions))
	for _, h := range s.sessions {
		if h.Snapshot().State != session.Ended && !h.check {
			all = append(all, h)
		}
	}
	return all
}

// releaseAll releases all sessions concurrently. With a reload grace each waits that
// long to be taken over; wait says whether to wait for that too. A second call waits
// for what the first began.
func (s *server) releaseAll(wait bool) []protocol.Release {
	s.mu.Lock()
	s.closing = true
	all := slices.Collect(maps.Values(s.sessions))
	s.mu.Unlock()

	releases := make([]protocol.Release, len(all))
	var group sync.WaitGroup
	for i, h := range all {
		if s.reloadGrace > 0 && !h.check {
			h.leaving.Do(func() { go h.Leave(context.Background(), s.reloadGrace) })
			releases[i] = protocol.Release{SessionID: h.Snapshot().ID, JobID: h.Snapshot().JobID, Outcome: protocol.ReleaseHandedOver}
			if !wait {
				continue
			}
		}
		group.Go(func() {
			if s.reloadGrace == 0 || h.check {
				h.Stop(context.Background()) // has a deadline of its own
			}
			<-h.Ended()
			releases[i] = wireRelease(h.Snapshot().ID, h.Snapshot().Release)
		})
	}
	group.Wait()
	return releases
}
