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

// recordVersion is raised when an older program could misread a record.
const recordVersion = 2

// Record is what is needed to take a session over after its server is gone.
// No secret is in it.
type Record struct {
	Version    int    `json:"version"`
	ID         string `json:"id"`
	Owner      string `json:"owner"`              // the id of the owning server; see Owner
	Generation int    `json:"generation"`         // how often it was taken over
	Stopping   bool   `json:"stopping,omitempty"` // the owner took it over only to stop it
	Leaving    bool   `json:"leaving,omitempty"`  // the owner goes, and waits for a successor

	Place
	JobID     string        `json:"jobId,omitempty"`
	Partition string        `json:"partition,omitempty"`
	Account   string        `json:"account,omitempty"`
	CPUs      int           `json:"cpus"`
	MemoryMiB int           `json:"memoryMiB,omitempty"`
	GPUs      string        `json:"gpus,omitempty"`
	TimeLimit time.Duration `json:"timeLimit,omitempty"`
	Grace     time.Duration `json:"grace"`
	Workdir   string        `json:"workdir,omitempty"`
	Submitted time.Time     `json:"submitted,omitzero"`
	Started   time.Time     `json:"started,omitzero"`
	Node      nodeFacts     `json:"node,omitzero"`
	Port      int           `json:"port,omitempty"` // the local port, to stay the same
}

// Place is where a session's job is: all that is needed to reach it again, also
// when the profile that it was started with is there no more.
type Place struct {
	// Cluster and Title name the site in records and for people.
	Cluster string `json:"cluster"`
	Title   string `json:"title"`
	// Host is the login node, and User the name that the person gave for it; may
	// be empty.
	Host string `json:"host"`
	User string `json:"user,omitempty"`
	// SSHConfig is the ssh configuration file to use; empty: ssh's own.
	SSHConfig string `json:"sshConfig,omitempty"`
	// KeysOnly is true where a password is never asked for.
	KeysOnly bool `json:"keysOnly,omitempty"`
}

// Store keeps one record a session in a folder of this computer. Every change
// is made under one file lock, and written whole before it is renamed.
type Store struct{ dir string }

// ErrTaken means that another owner holds the session now.
var ErrTaken = &fault.Error{
	Code: fault.TakenOver, Tried: "keeping the kernel",
	Answer: "another window or terminal of this computer took it over",
	Advice: "Use it there, or start a new kernel here.",
}

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
		if rec.Owner != owner || rec.Generation != generation {
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
		rec.Owner, rec.Generation, rec.Stopping, rec.Leaving = owner, rec.Generation+1, stop, false
		return st.write(rec)
	})
	return rec, err
}

// Held is nil while owner holds generation of the session; else it says who
// does not let it: ErrTaken or ErrStopped. A record that cannot be read is no
// sign of either.
func (st *Store) Held(id, owner string, generation int) error {
	rec, err := st.read(id)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return ErrStopped
	case err != nil || (rec.Owner == owner && rec.Generation == generation):
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
		if err == nil && (rec.Owner != owner || rec.Generation != generation) {
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
		rec, err := st.read(strings.TrimSuffix(filepath.Base(name), ".json"))
		switch {
		case err == nil:
			records = append(records, rec)
		case errors.Is(err, os.ErrNotExist): // removed meanwhile
		default:
			problems = append(problems, err)
			_ = os.Rename(name, name+".damaged")
		}
	}
	return records, problems
}

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
	if err := json.Unmarshal(data, &rec); err != nil {
		return rec, fmt.Errorf("the record %s is damaged: %w", st.path(id), err)
	}
	if rec.Version != recordVersion || rec.ID != id {
		return rec, fmt.Errorf("the record %s is of version %d, this program knows %d", st.path(id), rec.Version, recordVersion)
	}
	return rec, nil
}

func (st *Store) write(rec Record) error {
	rec.Version = recordVersion
	data, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(st.dir, rec.ID+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), st.path(rec.ID))
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

// Find gives the record of a session.
func (st *Store) Find(id string) (Record, bool) {
	rec, err := st.read(id)
	return rec, err == nil
}

// Forget removes the record whoever holds it: its job is over.
func (st *Store) Forget(id string) {
	if ValidID(id) {
		_ = st.locked(func() error { return os.Remove(st.path(id)) })
	}
}
