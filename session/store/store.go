package store

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

// Store has one record for each session in a directory of this computer. Every change is
// made under one file lock, by renaming a new file. Beside the records it has what is known of sites;
// a nil *Store knows nothing of them, and stores nothing.
type Store struct{ dir string }

// ErrTaken means that another owner of this computer has the session now.
var ErrTaken = &fault.Error{
	Code:   fault.TakenOver,
	Answer: "another window or terminal on this computer took the kernel over",
	Advice: "Use it there, or start a new kernel here.",
}

// ErrNoRecord means that no record says who owns the session.
var ErrNoRecord = errors.New("there is no record of the kernel")

// ErrStopped means that another process of this computer stopped the session.
var ErrStopped = &fault.Error{
	Code:   fault.StoppedElsewhere,
	Answer: "the kernel was stopped from another window or terminal on this computer",
	Advice: "Start a new kernel when you need one.",
}

// Open returns the store in dir, which is created if need be, closed to others.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	return &Store{dir: dir}, nil
}

// locked runs f while no other process changes the store.
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

// Write writes a whole record, and replaces one that exists.
func (st *Store) Write(rec Record) error {
	return st.locked(func() error { return st.write(rec) })
}

// Update changes the record if owner still has the session at generation.
func (st *Store) Update(id, owner string, generation int, change func(*Record)) error {
	return st.locked(func() error {
		rec, err := st.read(id)
		if err != nil {
			return err
		}
		if !rec.ownedBy(owner, generation) {
			return ErrTaken
		}
		change(&rec)
		return st.write(rec)
	})
}

// TakeOver makes owner the session's owner and raises its generation. With stop, it is only
// to be stopped.
func (st *Store) TakeOver(id, owner string, stop bool) (Record, error) {
	var rec Record
	err := st.locked(func() error {
		var err error
		if rec, err = st.read(id); err != nil {
			return err
		}
		if rec.Stopped {
			return os.ErrNotExist
		}
		rec.Owner, rec.Generation, rec.Stopping, rec.Leaving = owner, rec.Generation+1, stop, false
		return st.write(rec)
	})
	return rec, err
}

// CheckOwner returns nil while owner has the session at generation, otherwise ErrTaken or
// ErrStopped, or ErrNoRecord if the record is missing or unreadable.
func (st *Store) CheckOwner(id, owner string, generation int) error {
	rec, err := st.read(id)
	switch {
	case errors.Is(err, errNewer):
		return ErrTaken // by a newer program
	case err != nil:
		return ErrNoRecord
	case rec.ownedBy(owner, generation):
		return nil
	case rec.Stopping:
		return ErrStopped
	default:
		return ErrTaken
	}
}

// Remove removes the record if owner still has the session at generation.
func (st *Store) Remove(id, owner string, generation int) error {
	return st.locked(func() error {
		rec, err := st.read(id)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil && !rec.ownedBy(owner, generation) {
			return ErrTaken
		}
		return os.Remove(st.path(id))
	})
}

// List returns all records. One that cannot be read is quarantined, with an error; its job
// can still be found on its cluster.
func (st *Store) List() (records []Record, problems []error) {
	names, err := filepath.Glob(filepath.Join(st.dir, "*.json"))
	if err != nil {
		return nil, []error{err}
	}
	for _, name := range names {
		rec, err := st.read(idOf(name))
		switch {
		case err == nil && !rec.Stopped:
			records = append(records, rec)
		case err == nil:
			removeOlder(name, stoppedKept)
		case errors.Is(err, os.ErrNotExist): // removed meanwhile
		default:
			problems = append(problems, st.quarantine(name, err))
		}
	}
	return records, problems
}

// Find returns the record of a session.
func (st *Store) Find(id string) (Record, bool) {
	rec, err := st.read(id)
	return rec, err == nil && !rec.Stopped
}

// MarkStopped records that the session's job has ended, so that its owner, if there is
// one, notices that it was stopped.
func (st *Store) MarkStopped(id string) {
	if !ValidID(id) {
		return
	}
	_ = st.locked(func() error {
		rec, err := st.read(id)
		if err != nil {
			return err
		}
		rec.Stopped = true
		if err := st.write(rec); err != nil { // a full disk
			return os.Remove(st.path(id))
		}
		return nil
	})
}

// idOf returns the id of the session whose record has this path.
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
	if rec.Version > recordVersion { // before err: its fields may have other types
		return rec, errNewer
	}
	if err == nil && (rec.Version != recordVersion || rec.ID != id) {
		err = errors.New("it was not written by this program")
	}
	return rec, err
}

func (st *Store) write(rec Record) error {
	rec.Version = recordVersion
	return st.writeFile(st.path(rec.ID), rec)
}

// writeFile writes value as [WriteFile] does.
func (st *Store) writeFile(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(path, data)
}

// WriteFile writes data to a new file, closed to others, and renames it to path.
func WriteFile(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600
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

// readMap returns what is stored in a file by names; an unreadable file counts as empty.
func readMap[T any](st *Store, file string) map[string]T {
	all := map[string]T{}
	text, err := os.ReadFile(filepath.Join(st.dir, file))
	if err != nil || json.Unmarshal(text, &all) != nil || all == nil {
		return map[string]T{}
	}
	return all
}
