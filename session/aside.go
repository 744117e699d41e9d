package session

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// What is kept beside the records, and for how long.
const (
	overKept  = 10 * time.Minute    // the record of a session that was stopped
	asideKept = 30 * 24 * time.Hour // a file that could not be read
)

// errNewer: a newer version of this program wrote it.
var errNewer = errors.New("a newer version of Sunpyter wrote it")

// setAside puts a file that cannot be read out of the way, where a person or a
// newer version still finds it, and gives what to say of it. One of a newer
// version that lives is left to it.
func (st *Store) setAside(path string, why error) error {
	f := &fault.Error{Code: fault.LocalState, Tried: "reading what this computer knows of a kernel, " + path, Answer: why.Error(), Err: why,
		Advice: "If its job runs it goes on: `sunpyter list` finds it on its cluster, where it can be taken over or stopped."}
	if errors.Is(why, errNewer) && !st.Left(st.ownerOf(path)) {
		return f
	}
	aside := path + ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
	if err := os.Rename(path, aside); err == nil {
		f.Answer += "; it is now in " + filepath.Base(aside)
	}
	return f
}

// ownerOf reads who owns a record of another version.
func (st *Store) ownerOf(path string) Record {
	rec, _ := st.read(idOf(path))
	return Record{Owner: rec.Owner}
}

// sweepOver removes the record of a session that was stopped, after a while.
func (st *Store) sweepOver(path string) {
	removeOlder(path, overKept)
}

// sweepAside removes old files that were set aside, and those that were never
// finished.
func (st *Store) sweepAside() {
	for _, pattern := range []string{"*.damaged-*", "*.tmp"} {
		paths, _ := filepath.Glob(filepath.Join(st.dir, pattern)) // the pattern is right
		for _, path := range paths {
			removeOlder(path, asideKept)
		}
	}
}

func removeOlder(path string, age time.Duration) {
	if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > age {
		_ = os.Remove(path)
	}
}
