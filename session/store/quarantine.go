package store

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// How long other files than records of running sessions are kept.
const (
	stoppedKept    = 10 * time.Minute    // the record of a session that was stopped
	quarantineKept = 30 * 24 * time.Hour // a file that could not be read
)

// errNewer means that a newer version of this program wrote a file.
var errNewer = errors.New("a newer version of Sunpyter wrote it")

// quarantine renames a file that cannot be read, so that the user or a newer version can
// still find it, and returns the error to report. A file of a newer version is left alone
// while its owner runs.
func (st *Store) quarantine(path string, why error) error {
	f := &fault.Error{Code: fault.LocalState, Tried: "reading this computer's record of a kernel, " + path, Answer: why.Error(), Err: why,
		Advice: "If its job is running, it continues. " + fault.Command("list") + " finds it on its cluster, so that you can take it over or stop it."}
	if errors.Is(why, errNewer) {
		if rec, _ := st.read(idOf(path)); !st.IsOrphaned(Record{Owner: rec.Owner}) {
			return f
		}
	}
	renamed := path + ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
	if err := os.Rename(path, renamed); err == nil {
		f.Answer += "; it is now in " + filepath.Base(renamed)
	}
	return f
}

// pruneQuarantine removes old files that were quarantined or never finished.
func (st *Store) pruneQuarantine() {
	for _, pattern := range []string{"*.damaged-*", "*.tmp"} {
		paths, _ := filepath.Glob(filepath.Join(st.dir, pattern)) // the pattern is valid
		for _, path := range paths {
			removeOlder(path, quarantineKept)
		}
	}
}

func removeOlder(path string, age time.Duration) {
	if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > age {
		_ = os.Remove(path)
	}
}
