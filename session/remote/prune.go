package remote

import (
	"context"
	_ "embed"
	"strings"

	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed prune.sh
var pruneScript string

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
