package store

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// How long, and how many, ends are remembered, here and on the cluster.
const (
	endKept  = 7 * 24 * time.Hour
	endsMost = 50
)

// EndRecord is a session that ended by itself, for users who learn of it only later.
type EndRecord struct {
	Record
	At    time.Time   `json:"at"`    // by this computer's clock, or the cluster's
	Cause StoredError `json:"cause"` // why
}

// StoredError is a fault.Error as it is stored.
type StoredError struct {
	Code   fault.Code `json:"code"`
	Tried  string     `json:"tried"`
	Answer string     `json:"answer"`
	Advice string     `json:"advice"`
}

// StoreError returns err as it is stored.
func StoreError(err error) StoredError {
	if f := fault.As(err); f != nil {
		return StoredError{f.Code, f.Tried, f.Answer, f.Advice}
	}
	return StoredError{Code: fault.CodeOf(err), Answer: err.Error()}
}

// Err returns the fault.Error.
func (e StoredError) Err() error {
	return &fault.Error{Code: e.Code, Tried: e.Tried, Answer: e.Answer, Advice: e.Advice}
}

// endsFile is the content of the file of ends.
type endsFile struct {
	Version int         `json:"version"`
	Ends    []EndRecord `json:"ended"`
}

func (st *Store) endsPath() string { return filepath.Join(st.dir, "ended") }

// AddEnd adds an end; a second one of the same session is ignored.
func (st *Store) AddEnd(e EndRecord) error {
	return st.locked(func() error {
		list, err := st.readEnds()
		if err != nil {
			_ = st.quarantine(st.endsPath(), err)
		}
		if slices.ContainsFunc(list, func(known EndRecord) bool { return known.ID == e.ID }) {
			return nil
		}
		return st.writeFile(st.endsPath(), endsFile{recordVersion, RecentEnds(append(list, e))})
	})
}

// Ends returns the ends of the last days, the newest first.
func (st *Store) Ends() ([]EndRecord, error) {
	list, err := st.readEnds()
	if err != nil {
		return nil, st.quarantine(st.endsPath(), err)
	}
	return RecentEnds(list), nil
}

func (st *Store) readEnds() ([]EndRecord, error) {
	data, err := os.ReadFile(st.endsPath())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file endsFile
	err = json.Unmarshal(data, &file)
	if file.Version > recordVersion {
		return nil, errNewer
	}
	if err == nil && file.Version != recordVersion {
		err = errors.New("it was not written by this program")
	}
	return file.Ends, err
}

// RecentEnds returns the ends in list that are still to be kept, the newest first.
func RecentEnds(list []EndRecord) []EndRecord {
	list = slices.DeleteFunc(list, func(e EndRecord) bool { return time.Since(e.At) > endKept })
	slices.SortStableFunc(list, func(a, b EndRecord) int { return b.At.Compare(a.At) })
	return list[:min(len(list), endsMost)]
}
