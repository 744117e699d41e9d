package session

import (
	"context"
	"errors"
	"os"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
)

// errTakenElsewhere means that another computer's owner has the session now.
var errTakenElsewhere = &fault.Error{
	Code: fault.TakenOver, Answer: "another computer took the kernel over",
	Advice: "Use it there, or start a new kernel here.",
}

// ownership is the session's record on this computer's disk, and so who owns the
// session here.
type ownership struct {
	store    *store.Store        // nil: nothing is recorded
	record   func() store.Record // returns the record as it should be
	recorded bool                // it was written
	lost     func(error)         // is called when another owner has the session
	log      *zap.Logger
}

// write writes the whole record. If it cannot, only taking the session over after a crash
// is impossible.
func (o *ownership) write() {
	if o.store == nil {
		return
	}
	rec := o.record()
	err := o.store.Write(rec)
	if err != nil {
		o.log.Warn("the session could not be recorded on this computer's disk", zap.String("session", rec.ID), zap.Error(err))
	}
	o.recorded = err == nil
}

// update changes the record, or writes it if there is none.
func (o *ownership) update(change func(*store.Record)) {
	rec := o.record()
	if o.store == nil || rec.JobID == "" {
		return
	}
	if !o.recorded {
		o.write()
		return
	}
	err := o.store.Update(rec.ID, rec.Owner, rec.Generation, change)
	switch {
	case errors.Is(err, store.ErrTaken):
		o.lost(err)
	case errors.Is(err, os.ErrNotExist):
		o.write()
	case err != nil:
		o.log.Warn("the session could not be recorded on this computer's disk", zap.String("session", rec.ID), zap.Error(err))
	}
}

// check returns an error if another process of this computer has taken the session over
// or stopped it. A record that was lost is written again.
func (o *ownership) check() error {
	if o.store == nil || !o.recorded {
		return nil
	}
	rec := o.record()
	err := o.store.CheckOwner(rec.ID, rec.Owner, rec.Generation)
	if errors.Is(err, store.ErrNoRecord) {
		o.log.Warn("the session's record on this computer's disk was lost; writing it again", zap.String("session", rec.ID))
		o.write()
		return nil
	}
	return err
}

// takenOver returns the error of a session that another owner has, as the cluster
// reports.
func (o *ownership) takenOver() error {
	if err := o.check(); err != nil {
		return err
	}
	return errTakenElsewhere
}

// markLeaving notes that the owner is leaving, so that others offer to take the
// session over.
func (o *ownership) markLeaving() {
	if o.store != nil {
		rec := o.record()
		_ = o.store.Update(rec.ID, rec.Owner, rec.Generation, func(r *store.Record) { r.Leaving = true }) // fails if there is another owner already
	}
}

// remove removes the record, unless another owner on this computer has it.
func (o *ownership) remove() {
	if !o.recorded {
		return
	}
	rec := o.record()
	if err := o.store.Remove(rec.ID, rec.Owner, rec.Generation); err != nil && !errors.Is(err, store.ErrTaken) {
		o.log.Warn("removing the session's record from this computer's disk", zap.Error(err))
	}
}

// lostOwnership reports whether the session ended because another owner has it.
func lostOwnership(cause error) bool {
	return errors.Is(cause, store.ErrTaken) || errors.Is(cause, store.ErrStopped) || errors.Is(cause, errTakenElsewhere)
}

// checkRemoteOwner returns an error if the cluster knows a newer generation. No
// answer proves nothing.
func checkRemoteOwner(ctx context.Context, login nodeconn.LoginConn, id string, generation int, log *zap.Logger) error {
	there, err := remote.Generation(ctx, login, id)
	if err != nil {
		log.Info("checking who owns the session", zap.String("session", id), zap.Error(err))
	}
	if there > generation {
		return errTakenElsewhere
	}
	return nil
}
