package remote

import (
	"context"
	_ "embed"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

var (
	//go:embed scripts/history.sh
	historyScript string
	//go:embed scripts/prune.sh
	pruneScript string
)

// Ends returns the ends that Sunpyter's jobs recorded on the cluster while their owners may
// have been away. jobs are all of Sunpyter's in the queues of clusters, see
// [slurm.Client.On]; session directories without one are removed.
func Ends(ctx context.Context, host slurm.Host, clusters string, jobs []slurm.Job) ([]store.EndRecord, error) {
	text, err := output(ctx, host, loginshell.Command(pruneCommand(clusters, jobs)+otherDirScript+historyScript))
	if err != nil {
		return nil, err
	}
	var list []store.EndRecord
	for line := range strings.Lines(text) {
		if e, ok := parseEnd(line); ok {
			list = append(list, e)
		}
	}
	return store.RecentEnds(list), nil
}

// parseEnd reads "ID JOB SECONDS REASON".
func parseEnd(line string) (store.EndRecord, bool) {
	parts := strings.SplitN(strings.TrimSpace(line), " ", 4)
	if len(parts) != 4 || !store.ValidID(parts[0]) {
		return store.EndRecord{}, false
	}
	seconds, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return store.EndRecord{}, false
	}
	return store.EndRecord{
		Record: store.Record{ID: parts[0], Job: store.Job{JobID: parts[1]}}, At: time.Unix(seconds, 0).UTC(),
		Cause: store.StoreError(LeaseExpired(parts[1], parts[3])),
	}, true
}

// LeaseExpired returns the error of a job that ended because its lease was not renewed.
func LeaseExpired(job, reason string) error {
	return &fault.Error{
		Code: fault.LeaseExpired, Answer: "job " + job + " stopped: " + reason,
		Advice: "Start a new kernel. To keep kernels longer while this computer is offline, change " + fault.Setting("grace") + ".",
	}
}

// ReadEnd returns the error that the job itself recorded as its end: a failed start,
// or an expired lease. It returns nil if there is none, or it cannot be read.
func ReadEnd(ctx context.Context, host slurm.Host, id string) error {
	quoted := loginshell.Quote(id)
	text, err := runScript(ctx, host,
		`grep -h '^failed ' "$HOME/.sunpyter/sessions/"`+quoted+`/ready 2>/dev/null; cat "$HOME/.sunpyter/sessions/"`+quoted+`/ended 2>/dev/null | sed "s/^/ended `+id+` /"; [ ! -s "$HOME/.sunpyter/ended/"`+quoted+` ] || printf "ended %s %s\n" `+quoted+` "$(cat "$HOME/.sunpyter/ended/"`+quoted+`)"; exit 0`)
	if err != nil {
		return nil //nolint:nilerr // no answer says nothing
	}
	line, _, _ := strings.Cut(text, "\n")
	verb, rest := Cut(line)
	switch verb {
	case "failed":
		return Failure(rest)
	case "ended":
		if e, ok := parseEnd(rest); ok {
			return e.Cause.Err()
		}
	}
	return nil
}

// pruneCommand returns a script that removes the directories of sessions whose jobs are not
// among jobs, which are all of Sunpyter's in Slurm's queue. It returns "" if a job's comment
// was replaced by the site, or if jobs are sent to named clusters: then jobs may lack some.
func pruneCommand(clusters string, jobs []slurm.Job) string {
	if clusters != "" {
		return ""
	}
	var live []string
	for _, job := range jobs {
		_, id, ours := slurm.ParseComment(job.Comment)
		if !ours || !store.ValidID(id) {
			return ""
		}
		live = append(live, id)
	}
	return "live=" + loginshell.Quote(strings.Join(live, " ")) + "\n" + clusterScript + otherDirScript + pruneScript
}

// Prune removes the session directories of jobs that were cancelled while no owner
// was there.
func Prune(ctx context.Context, host slurm.Host, clusters string) error {
	jobs, err := slurm.New(host).On(clusters).Mine(ctx)
	if script := pruneCommand(clusters, jobs); err == nil && script != "" {
		_, err = output(ctx, host, loginshell.Command(script))
	}
	return err
}
