package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/sa2c/sunpyter/fault"
)

// Store keeps one record a session in a folder of this computer. Every change
// is made under one file lock, and written whole before it is renamed.
type Store struct{ dir string }

// ErrTaken means that another owner holds the session now.
var ErrTaken = &fault.Error{
	Code: fault.TakenOver, Tried: "keeping the kernel",
	Answer: "another window or terminal of this computer took it over",
	Advice: "Use it there, or start a new kernel here.",
}

// errNoRecord: there is no record that tells who holds the session.
var errNoRecord = errors.New("there is no record of the kernel")

// ErrStopped means that someone else on this computer stopped the session.
var ErrStopped = &fault.Error{
	Code: fault.StoppedElsewhere, Tried: "keeping the kernel",
	Answer: "it was stopped from another window or terminal of this computer",
	Advice: "Start a new kernel when you need one.",
}

// OpenStore uses dir, which it makes if need be, closed to others.
func OpenStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	return &Store{dir: dir}, nil
}

// locked runs f while nobody else changes the store.
func (st *Store) locked(f func() error) error {
	lock := flock.New(filepath.Join(st.dir, "lock"), flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil || !ok {
		return fmt.Errorf("locking the state directory %s: %w", st.dir, err)
	}
	defer func() { _ = lock.Close() }()
	return f()
}

// Claim writes the record of a new session.
func (st *Store) Claim(rec Record) error {
	return st.locked(func() error { return st.write(rec) })
}

// Update changes the record if owner still holds generation.
func (st *Store) Update(id, owner string, generation int, change func(*Record)) error {
	return st.locked(func() error {
		rec, err := st.read(id)
		if err != nil {
			return err
		}
		if !rec.heldBy(owner, generation) {
			return ErrTaken
		}
		change(&rec)
		return st.write(rec)
	})
}

// Take makes owner the session's owner and raises its generation; stop says
// that it is taken only to be stopped.
func (st *Store) Take(id, owner string, stop bool) (Record, error) {
	var rec Record
	err := st.locked(func() error {
		var err error
		if rec, err = st.read(id); err != nil {
			return err
		}
		if rec.Over {
			return os.ErrNotExist
		}
		rec.Owner, rec.Generation, rec.Stopping, rec.Leaving = owner, rec.Generation+1, stop, false
		return st.write(rec)
	})
	return rec, err
}

// Held is nil while owner holds generation of the session; else it says who
// does not let it: ErrTaken or ErrStopped. A record that is not there, or cannot
// be read, is no sign of either: then it is errNoRecord.
func (st *Store) Held(id, owner string, generation int) error {
	rec, err := st.read(id)
	switch {
	case errors.Is(err, errNewer):
		return ErrTaken // by a newer program
	case err != nil:
		return errNoRecord
	case rec.heldBy(owner, generation):
		return nil
	case rec.Stopping:
		return ErrStopped
	default:
		return ErrTaken
	}
}

// Remove forgets the session if owner still holds generation.
func (st *Store) Remove(id, owner string, generation int) error {
	return st.locked(func() error {
		rec, err := st.read(id)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil && (!rec.heldBy(owner, generation)) {
			return ErrTaken
		}
		return os.Remove(st.path(id))
	})
}

// List gives all records. One that cannot be read is set aside and reported;
// the job that it spoke of is still found on its cluster.
func (st *Store) List() (records []Record, problems []error) {
	names, err := filepath.Glob(filepath.Join(st.dir, "*.json"))
	if err != nil {
		return nil, []error{err}
	}
	for _, name := range names {
		rec, err := st.read(idOf(name))
		switch {
		case err == nil && !rec.Over:
			records = append(records, rec)
		case err == nil:
			st.sweepOver(name)
		case errors.Is(err, os.ErrNotExist): // removed meanwhile
		default:
			problems = append(problems, st.setAside(name, err))
		}
	}
	return records, problems
}

// idOf is the id of the session whose record has this path.
func idOf(path string) string { return strings.TrimSuffix(filepath.Base(path), ".json") }

func (st *Store) path(id string) string { return filepath.Join(st.dir, id+".json") }

func (st *Store) read(id string) (Record, error) {
	var rec Record
	if !ValidID(id) {
		return rec, os.ErrNotExist
	}
	data, err := os.ReadFile(st.path(id))
	if err != nil {
		return rec, err
	}
	err = json.Unmarshal(data, &rec)
	if rec.Version > recordVersion { // before err: its members may be others
		return rec, errNewer
	}
	if err == nil && (rec.Version != recordVersion || rec.ID != id) {
		err = errors.New("it is not a record of this program's")
	}
	return rec, err
}

func (st *Store) write(rec Record) error {
	rec.Version = recordVersion
	return st.writeFile(st.path(rec.ID), rec)
}

// writeFile writes value whole, closed to others, and then renames it to path.
func (st *Store) writeFile(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(st.dir, filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

// Find gives the record of a session.
func (st *Store) Find(id string) (Record, bool) {
	rec, err := st.read(id)
	return rec, err == nil && !rec.Over
}

// Forget notes that the session's job is over, whoever holds it: its owner may
// not have looked yet, and learns from it that it was stopped.
func (st *Store) Forget(id string) {
	if !ValidID(id) {
		return
	}
	_ = st.locked(func() error {
		rec, err := st.read(id)
		if err != nil {
			return err
		}
		rec.Over = true
		if err := st.write(rec); err != nil { // a full disk
			return os.Remove(st.path(id))
		}
		return nil
	})
}
