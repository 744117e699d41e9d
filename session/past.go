package session

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
)

// How long, and how many, ends are remembered, here and on the cluster.
const (
	endedKept = 7 * 24 * time.Hour
	endedMost = 50
)

// Past is a session that came to an end without being asked to, for those who
// look only later.
type Past struct {
	Record
	At    time.Time `json:"at"`    // by this computer's clock, or the cluster's
	Cause Cause     `json:"cause"` // why
}

// Cause is a fault as it is remembered.
type Cause struct {
	Code   fault.Code `json:"code"`
	Tried  string     `json:"tried"`
	Answer string     `json:"answer"`
	Advice string     `json:"advice"`
}

// CauseOf is what to remember of err.
func CauseOf(err error) Cause {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return Cause{f.Code, f.Tried, f.Answer, f.Advice}
	}
	return Cause{Code: fault.CodeOf(err), Tried: "keeping the kernel", Answer: err.Error()}
}

// Err is the fault again.
func (c Cause) Err() error {
	return &fault.Error{Code: c.Code, Tried: c.Tried, Answer: c.Answer, Advice: c.Advice}
}

// endedFile is what the file of ends holds.
type endedFile struct {
	Version int    `json:"version"`
	Ended   []Past `json:"ended"`
}

func (st *Store) endedPath() string { return filepath.Join(st.dir, "ended") }

// NoteEnded remembers an end; one of a session that is remembered already says
// no more.
func (st *Store) NoteEnded(e Past) error {
	return st.locked(func() error {
		list, err := st.readEnded()
		if err != nil {
			_ = st.setAside(st.endedPath(), err)
		}
		if slices.ContainsFunc(list, func(known Past) bool { return known.ID == e.ID }) {
			return nil
		}
		return st.writeFile(st.endedPath(), endedFile{recordVersion, recent(append(list, e), time.Now())})
	})
}

// Ended are the ends of the last days, the newest first.
func (st *Store) Ended() ([]Past, error) {
	list, err := st.readEnded()
	if err != nil {
		return nil, st.setAside(st.endedPath(), err)
	}
	return recent(list, time.Now()), nil
}

func (st *Store) readEnded() ([]Past, error) {
	data, err := os.ReadFile(st.endedPath())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var file endedFile
	err = json.Unmarshal(data, &file)
	if file.Version > recordVersion {
		return nil, errNewer
	}
	if err == nil && file.Version != recordVersion {
		err = errors.New("it is not a list of this program's")
	}
	return file.Ended, err
}

// recent leaves out what is old, or too much; the newest comes first.
func recent(list []Past, now time.Time) []Past {
	list = slices.DeleteFunc(list, func(e Past) bool { return now.Sub(e.At) > endedKept })
	slices.SortStableFunc(list, func(a, b Past) int { return b.At.Compare(a.At) })
	return list[:min(len(list), endedMost)]
}

//go:embed past.sh
var pastScript string

// EndedThere asks the cluster for the ends that jobs of ours wrote down: those
// that nobody may have been there to see. jobs are all those in Slurm's queue; what
// is left of others is removed.
func EndedThere(ctx context.Context, login Login, jobs []slurm.Job) ([]Past, error) {
	text, err := output(ctx, login, slurm.LoginCommand(sweep(jobs)+pastScript))
	if err != nil {
		return nil, err
	}
	var list []Past
	for line := range strings.Lines(text) {
		if e, ok := parseEnded(line); ok {
			list = append(list, e)
		}
	}
	return recent(list, time.Now()), nil
}

// parseEnded reads "ID JOB SECONDS REASON".
func parseEnded(line string) (Past, bool) {
	parts := strings.SplitN(strings.TrimSpace(line), " ", 4)
	if len(parts) != 4 || !ValidID(parts[0]) {
		return Past{}, false
	}
	seconds, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return Past{}, false
	}
	return Past{
		Record: Record{ID: parts[0], JobID: parts[1]}, At: time.Unix(seconds, 0).UTC(), Cause: CauseOf(leaseExpired(parts[1], parts[3])),
	}, true
}

// leaseExpired is the end of a job that nobody gave a sign to.
func leaseExpired(job, reason string) error {
	return &fault.Error{
		Code: fault.LeaseExpired, Tried: "keeping job " + job, Answer: fmt.Sprintf("the job ended itself: %s", reason),
		Advice: "Start a new kernel. If this computer is away for longer at times, have its kernels kept for longer (--grace).",
	}
}
