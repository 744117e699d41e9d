package session

import (
	"context"
	"errors"
	"os"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
)

// remember keeps the record on this computer's disk in step; one that is not
// there is written anew. A disk that is full costs the possibility to take the
// session over after a crash, nothing else.
func (s *Session) remember(change func(*store.Record)) {
	if s.cfg.Store == nil || s.snap.JobID == "" {
		return
	}
	if !s.claimed {
		s.claim()
		return
	}
	err := s.cfg.Store.Update(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation, change)
	switch {
	case errors.Is(err, store.ErrTaken):
		s.cancel(store.ErrTaken)
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
	err := s.cfg.Store.Write(s.Record())
	if err != nil {
		s.cfg.Log.Warn("the session could not be noted on this computer's disk", zap.String("session", s.cfg.ID), zap.Error(err))
	}
	s.claimed = err == nil
}

// Record is what there is to remember of the session.
func (s *Session) Record() store.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := store.Record{
		ID: s.cfg.ID, Owner: s.cfg.Owner, Generation: s.snap.Generation,
		Place: s.cfg.Place, Job: s.snap.Job, Grace: s.cfg.Grace, Idle: s.cfg.Idle,
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
	err := s.cfg.Store.CheckOwner(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation)
	if errors.Is(err, store.ErrNoRecord) {
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
		_ = s.cfg.Store.Update(s.cfg.ID, s.cfg.Owner, s.Snapshot().Generation, func(rec *store.Record) { rec.Leaving = true })
	}
}

// lost reports whether cause is that of an owner who has to let go.
func lost(cause error) bool { return takenAway(cause) || errors.Is(cause, store.ErrStopped) }

// take makes this session the owner where all computers see it: in its folder on
// the cluster, from where the job's lease has it. Where that cannot be told in
// time, the generation of this computer's record must do.
func (s *Session) take(ctx context.Context) error {
	generation, node, failed, err := remote.TakeOver(ctx, s.login, s.cfg.ID, s.snap.Generation)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && !failed:
		s.cfg.Log.Warn("taking the session over on the cluster", zap.String("session", s.cfg.ID), zap.Error(err))
		return nil
	}
	if generation > s.snap.Generation {
		s.remember(func(rec *store.Record) { rec.Generation = generation })
		s.update(func(snap *Snapshot) { snap.Generation = generation })
	}
	if failed {
		s.over = true
		return err
	}
	if node.Name != "" && !s.snap.Node.Reported() {
		s.started(node)
	}
	return nil
}

// takenOver says who took the session over.
func (s *Session) takenOver() error {
	if err := s.held(); err != nil {
		return err
	}
	return ErrTakenElsewhere
}

// heldThere is nil unless the cluster knows of an owner after this one. No answer
// is no sign of one.
func (s *Session) heldThere(ctx context.Context, login Login) error {
	generation, err := remote.Generation(ctx, login, s.cfg.ID)
	if err != nil {
		s.cfg.Log.Info("looking who holds the session", zap.String("session", s.cfg.ID), zap.Error(err))
	}
	if generation > s.snap.Generation {
		return ErrTakenElsewhere
	}
	return nil
}

// takenAway reports whether cause is that another owner has the session.
func takenAway(cause error) bool {
	return errors.Is(cause, store.ErrTaken) || errors.Is(cause, ErrTakenElsewhere)
}

// ErrTakenElsewhere means that another computer's owner holds the session now.
var ErrTakenElsewhere = &fault.Error{
	Code: fault.TakenOver, Tried: "keeping the kernel", Answer: "another computer took it over",
	Advice: "Use it there, or start a new kernel here.",
}
