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
	rec := store.Record{ID: store.NewID(), Owner: "a", Generation: 1, Job: store.Job{JobID: "1"}}
	return &ownership{store: st, record: func() store.Record { return rec }, log: zap.NewNop()}, rec
}

func TestOwnershipWritesALostRecordAgain(t *testing.T) {
	o, rec := newOwnership(t)
	if err := o.check(); err != nil {
		t.Errorf("before it is recorded: %v", err)
	}
	o.write()
	for name, lose := range map[string]func() error{
		"by check":  func() error { return o.check() },
		"by update": func() error { o.update(func(*store.Record) {}); return nil },
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
	o.write()
	if _, err := o.store.TakeOver(rec.ID, "b", false); err != nil {
		t.Fatal(err)
	}
	if err := o.check(); !errors.Is(err, store.ErrTaken) || !lostOwnership(err) {
		t.Errorf("check: %v", err)
	}
	var lost error
	o.lost = func(err error) { lost = err }
	if o.update(func(r *store.Record) { r.Port = 7 }); !errors.Is(lost, store.ErrTaken) {
		t.Errorf("update: %v", lost)
	}
	o.remove()
	if now, found := o.store.Find(rec.ID); !found || now.Owner != "b" || now.Port != 0 {
		t.Errorf("the new owner's record is now %+v", now)
	}
}

func TestOwnershipWithoutAStore(t *testing.T) {
	o, _ := newOwnership(t)
	o.store = nil
	o.write()
	o.markLeaving()
	o.remove()
	o.update(nil)
	if err := o.check(); err != nil {
		t.Error(err)
	}
}
