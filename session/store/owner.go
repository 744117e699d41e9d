package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Owner is a server that owns sessions. It holds a lock of the operating system while it
// runs, so that others notice its end, however it ended.
type Owner struct {
	// ID is random; records name it.
	ID    string
	store *Store
	lock  *flock.Flock
}

// Register returns a new owner, and removes the locks of dead ones.
func (st *Store) Register() (*Owner, error) {
	id := NewID()
	o := &Owner{ID: id, store: st, lock: flock.New(st.ownerLock(id), flock.SetPermissions(0o600))}
	err := st.locked(func() error {
		st.pruneOwners()
		st.pruneQuarantine()
		if ok, err := o.lock.TryLock(); err != nil || !ok {
			return fmt.Errorf("locking %s: %w", o.lock.Path(), err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// Close releases the lock; sessions that still name this owner are orphaned then.
func (o *Owner) Close() error {
	return o.store.locked(func() error {
		return errors.Join(o.lock.Close(), os.Remove(o.lock.Path())) // in this order for Windows
	})
}

// IsOrphaned reports whether the session's owner has died or is leaving. If that cannot be
// determined, it returns false.
func (st *Store) IsOrphaned(rec Record) bool {
	return rec.Leaving || st.ownerGone(st.ownerLock(rec.Owner))
}

// ownerGone reports whether the owner with this lock has ended. It tries a shared lock, so
// that two processes that check do not take each other for the owner.
func (st *Store) ownerGone(path string) bool {
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY)) // does not create the file
	free, err := lock.TryRLock()
	_ = lock.Close()
	return errors.Is(err, os.ErrNotExist) || (err == nil && free)
}

// pruneOwners removes the locks of dead owners. The store is locked, so none of
// them belongs to an owner that is just registering.
func (st *Store) pruneOwners() {
	paths, _ := filepath.Glob(st.ownerLock("*")) // the pattern is valid
	for _, path := range paths {
		if st.ownerGone(path) {
			_ = os.Remove(path)
		}
	}
}

func (st *Store) ownerLock(id string) string { return filepath.Join(st.dir, "owner-"+id+".lock") }
