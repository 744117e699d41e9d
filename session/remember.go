package session

import (
	"errors"
	"os"

	"go.uber.org/zap"
)

// remember keeps the record on this computer's disk in step; one that is not
// there is written anew. A disk that is full costs the possibility to take the
// session over after a crash, nothing else.
func (s *Session) remember(change func(*Record)) {
	if s.cfg.Store == nil || s.snap.JobID == "" {
		return
	}
	if !s.claimed {
		s.claim()
		return
	}
	err := s.cfg.Store.Update(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation, change)
	switch {
	case errors.Is(err, ErrTaken):
		s.cancel(ErrTaken)
	case errors.Is(err, os.ErrNotExist):
		s.claim()
	case err != nil:
		s.cfg.Log.Warn("the session could not be noted on this computer's disk", zap.String("session", s.cfg.ID), zap.Error(err))
	}
}

// claim writes the whole record.
func (s *Session) claim() {
	if s.cfg.Store == nil {
		return
	}
	err := s.cfg.Store.Claim(s.Record())
	if err != nil {
		s.cfg.Log.Warn("the session could not be noted on this computer's disk", zap.String("session", s.cfg.ID), zap.Error(err))
	}
	s.claimed = err == nil
}

// Record is what there is to remember of the session.
func (s *Session) Record() Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap, req := s.snap, s.cfg.Request
	rec := Record{
		ID: s.cfg.ID, Owner: s.cfg.Owner, Generation: snap.Generation,
		Place: s.cfg.Place,
		JobID: snap.JobID, Partition: snap.Partition, Account: req.Account, CPUs: snap.CPUs, MemoryMiB: snap.MemoryMiB, GPUs: req.GPUs,
		TimeLimit: snap.TimeLimit, Grace: s.cfg.Grace, Idle: s.cfg.Idle, Workdir: snap.Workdir, Submitted: snap.SubmittedAt, Started: snap.StartedAt,
		Node: s.node, Route: snap.Route, MemoryKills: snap.MemoryKills,
	}
	if s.forward != nil {
		rec.Port = s.forward.Port()
	}
	return rec
}

// held is nil while the session is ours; else it says what someone else on this
// computer did with it. A record that was lost is written again.
func (s *Session) held() error {
	if s.cfg.Store == nil || !s.claimed {
		return nil
	}
	err := s.cfg.Store.Held(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation)
	if errors.Is(err, errNoRecord) {
		s.cfg.Log.Warn("the session's record was lost on this computer's disk, and is written again", zap.String("session", s.cfg.ID))
		s.claim()
		return nil
	}
	return err
}

// leaving notes that the owner goes, so that others offer to take the session
// over. One that has no record, or another owner, has nothing to note.
func (s *Session) leaving() {
	if s.cfg.Store != nil {
		_ = s.cfg.Store.Update(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation, func(rec *Record) { rec.Leaving = true })
	}
}

// lost reports whether cause is that of an owner who has to let go.
func lost(cause error) bool { return takenAway(cause) || errors.Is(cause, ErrStopped) }
