package session

import (
	"errors"
	"path/filepath"
	"testing"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/session/store"
)

func newOwnership(t *testing.T) (*ownership, store.Record) {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	return &ownership{store: st, log: zap.NewNop()}, store.Record{ID: store.NewID(), Owner: "a", Generation: 1, Job: store.Job{JobID: "1"}}
}

func TestOwnershipWritesALostRecordAgain(t *testing.T) {
	o, rec := newOwnership(t)
	if err := o.check(rec); err != nil {
		t.Errorf("before it is recorded: %v", err)
	}
	o.write(rec)
	for name, lose := range map[string]func() error{
		"by check":  func() error { return o.check(rec) },
		"by update": func() error { return o.update(rec, func(*store.Record) {}) },
	} {
		if err := o.store.Remove(rec.ID, rec.Owner, rec.Generation); err != nil {
			t.Fatal(err)
		}
		if err := lose(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, found := o.store.Find(rec.ID); !found {
			t.Errorf("%s: it is not written again", name)
		}
	}
}

func TestOwnershipEndsWithANewOwner(t *testing.T) {
	o, rec := newOwnership(t)
	o.write(rec)
	if _, err := o.store.TakeOver(rec.ID, "b", false); err != nil {
		t.Fatal(err)
	}
	if err := o.check(rec); !errors.Is(err, store.ErrTaken) || !lostOwnership(err) {
		t.Errorf("check: %v", err)
	}
	if err := o.update(rec, func(r *store.Record) { r.Port = 7 }); !errors.Is(err, store.ErrTaken) {
		t.Errorf("update: %v", err)
	}
	o.remove(rec)
	if now, found := o.store.Find(rec.ID); !found || now.Owner != "b" || now.Port != 0 {
		t.Errorf("the new owner's record is now %+v", now)
	}
}

func TestOwnershipWithoutAStore(t *testing.T) {
	o := &ownership{log: zap.NewNop()}
	rec := store.Record{ID: store.NewID(), Job: store.Job{JobID: "1"}}
	o.write(rec)
	o.markLeaving(rec)
	o.remove(rec)
	if err := errors.Join(o.check(rec), o.update(rec, nil)); err != nil {
		t.Error(err)
	}
}
