package remote

import (
	"context"
	_ "embed"
	"strings"

	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed prune.sh
var pruneScript string

// pruneCommand is the script that removes the directories of sessions whose jobs are
// not among jobs, which are all of ours in Slurm's queue. It is empty if a job does
// not say whose it is: some sites write comments of their own. Where jobs are sent to named
// clusters, those of the others are not among jobs, and nothing is removed.
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
	return "live=" + slurm.Quote(strings.Join(live, " ")) + "\n" + clusterScript + otherDirScript + pruneScript
}

// Prune removes the session directories of jobs that were cancelled while no owner
// was there.
func Prune(ctx context.Context, host slurm.Host, clusters string) error {
	jobs, err := slurm.New(host).On(clusters).Mine(ctx)
	if script := pruneCommand(clusters, jobs); err == nil && script != "" {
		_, err = output(ctx, host, slurm.LoginCommand(script))
	}
	return err
}
