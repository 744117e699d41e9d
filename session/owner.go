package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Owner is a server, as the records of its sessions name it. It holds a lock of
// the operating system's for as long as it lives, however it dies: so others can
// tell whether a session still has somebody.
type Owner struct {
	// ID is its random id.
	ID    string
	store *Store
	lock  *flock.Flock
}

// Enter makes an owner, and removes what owners that died have left.
func (st *Store) Enter() (*Owner, error) {
	id := NewID()
	o := &Owner{ID: id, store: st, lock: flock.New(st.ownerLock(id), flock.SetPermissions(0o600))}
	err := st.locked(func() error {
		st.sweepOwners()
		st.sweepAside()
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

// Close gives the lock back: what is still in the owner's name is left.
func (o *Owner) Close() error {
	return o.store.locked(func() error {
		return errors.Join(o.lock.Close(), os.Remove(o.lock.Path())) // in this order for Windows
	})
}

// Left reports whether nobody on this computer holds the session any more: its
// owner has died, or begun to go. When that cannot be found out it is held.
func (st *Store) Left(rec Record) bool {
	return rec.Leaving || st.dead(st.ownerLock(rec.Owner))
}

// dead reports whether the owner with this lock is gone. The lock is tried shared,
// so that two who ask do not take each other for the owner.
func (st *Store) dead(path string) bool {
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY)) // does not make the file
	free, err := lock.TryRLock()
	_ = lock.Close()
	return errors.Is(err, os.ErrNotExist) || (err == nil && free)
}

// sweepOwners removes the locks of dead owners. The store is locked, so none of
// them is an owner's that has not locked it yet.
func (st *Store) sweepOwners() {
	paths, _ := filepath.Glob(st.ownerLock("*")) // the pattern is right
	for _, path := range paths {
		if st.dead(path) {
			_ = os.Remove(path)
		}
	}
}

func (st *Store) ownerLock(id string) string { return filepath.Join(st.dir, "owner-"+id+".lock") }
