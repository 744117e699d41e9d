package session

import (
	"errors"

	"go.uber.org/zap"
)

// remember keeps the record on this computer's disk in step. A disk that is full
// costs the possibility to take the session over, nothing else.
func (s *Session) remember(change func(*Record)) {
	if s.cfg.Store == nil || !s.claimed {
		return
	}
	err := s.cfg.Store.Update(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation, change)
	if errors.Is(err, ErrTaken) {
		s.cancel(ErrTaken)
	} else if err != nil {
		s.cfg.Log.Warn("the session could not be noted on this computer's disk", zap.String("session", s.cfg.ID), zap.Error(err))
	}
}

// claim writes the first record.
func (s *Session) claim() {
	if s.cfg.Store == nil {
		return
	}
	snap := s.Snapshot()
	err := s.cfg.Store.Claim(Record{
		ID: s.cfg.ID, Owner: s.cfg.Owner, Generation: snap.Generation,
		Place: s.cfg.Place,
		JobID: snap.JobID, Partition: snap.Partition, Account: s.cfg.Request.Account, CPUs: snap.CPUs, MemoryMiB: snap.MemoryMiB, GPUs: s.cfg.Request.GPUs,
		TimeLimit: snap.TimeLimit, Grace: s.cfg.Grace, Workdir: snap.Workdir, Submitted: snap.SubmittedAt,
	})
	if err != nil {
		s.cfg.Log.Warn("the session could not be noted on this computer's disk", zap.String("session", s.cfg.ID), zap.Error(err))
	}
	s.claimed = err == nil
}

// held is nil while the session is ours; else it says what someone else on this
// computer did with it.
func (s *Session) held() error {
	if s.cfg.Store == nil || !s.claimed {
		return nil
	}
	return s.cfg.Store.Held(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation)
}

// leaving notes that the owner goes, so that others offer to take the session
// over. One that has no record, or another owner, has nothing to note.
func (s *Session) leaving() {
	if s.cfg.Store != nil {
		_ = s.cfg.Store.Update(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation, func(rec *Record) { rec.Leaving = true })
	}
}

// lost reports whether cause is that of an owner who has to let go.
func lost(cause error) bool { return errors.Is(cause, ErrTaken) || errors.Is(cause, ErrStopped) }
