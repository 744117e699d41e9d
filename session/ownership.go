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

// ErrTakenElsewhere means that another computer's owner has the session now.
var ErrTakenElsewhere = &fault.Error{
	Code: fault.TakenOver, Answer: "another computer took the kernel over",
	Advice: "Use it there, or start a new kernel here.",
}

// ownership is the session's record on this computer's disk, and so who owns the
// session here. Its methods get the record as it should be.
type ownership struct {
	store    *store.Store // nil: nothing is recorded
	recorded bool         // the record was written
	log      *zap.Logger
}

// write writes the whole record. A full disk only costs the possibility to take the
// session over after a crash.
func (o *ownership) write(rec store.Record) {
	if o.store == nil {
		return
	}
	err := o.store.Write(rec)
	if err != nil {
		o.log.Warn("the session could not be noted on this computer's disk", zap.String("session", rec.ID), zap.Error(err))
	}
	o.recorded = err == nil
}

// update changes the record, or writes rec if there is none. It returns an error
// only if another owner has the session.
func (o *ownership) update(rec store.Record, change func(*store.Record)) error {
	if o.store == nil || rec.JobID == "" {
		return nil
	}
	if !o.recorded {
		o.write(rec)
		return nil
	}
	err := o.store.Update(rec.ID, rec.Owner, rec.Generation, change)
	switch {
	case errors.Is(err, store.ErrTaken):
		return err
	case errors.Is(err, os.ErrNotExist):
		o.write(rec)
	case err != nil:
		o.log.Warn("the session could not be noted on this computer's disk", zap.String("session", rec.ID), zap.Error(err))
	}
	return nil
}

// check returns nil while the session is ours; else it says what another process of
// this computer did with it. A record that was lost is written again.
func (o *ownership) check(rec store.Record) error {
	if o.store == nil || !o.recorded {
		return nil
	}
	err := o.store.CheckOwner(rec.ID, rec.Owner, rec.Generation)
	if errors.Is(err, store.ErrNoRecord) {
		o.log.Warn("the session's record was lost on this computer's disk, and is written again", zap.String("session", rec.ID))
		o.write(rec)
		return nil
	}
	return err
}

// markLeaving notes that the owner is leaving, so that others offer to take the
// session over.
func (o *ownership) markLeaving(rec store.Record) {
	if o.store != nil {
		_ = o.store.Update(rec.ID, rec.Owner, rec.Generation, func(r *store.Record) { r.Leaving = true }) // one that has another owner needs no mark
	}
}

// remove removes the record, unless another owner on this computer has it.
func (o *ownership) remove(rec store.Record) {
	if !o.recorded {
		return
	}
	if err := o.store.Remove(rec.ID, rec.Owner, rec.Generation); err != nil && !errors.Is(err, store.ErrTaken) {
		o.log.Warn("forgetting the session on this computer's disk", zap.Error(err))
	}
}

// lostOwnership reports whether cause is that the session is not ours any more.
func lostOwnership(cause error) bool {
	return errors.Is(cause, store.ErrTaken) || errors.Is(cause, store.ErrStopped) || errors.Is(cause, ErrTakenElsewhere)
}

// checkRemoteOwner returns an error if the cluster knows a newer generation. No
// answer proves nothing.
func checkRemoteOwner(ctx context.Context, login LoginConn, id string, generation int, log *zap.Logger) error {
	there, err := remote.Generation(ctx, login, id)
	if err != nil {
		log.Info("looking who holds the session", zap.String("session", id), zap.Error(err))
	}
	if there > generation {
		return ErrTakenElsewhere
	}
	return nil
}
