package session

import (
	"context"
	_ "embed"
	"strings"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/slurm"
)

//go:embed sweep.sh
var sweepScript string

// sweep is the script that removes the folders of sessions whose jobs are none of
// jobs, which are all of ours in Slurm's queue. It is empty where a job does not say
// whose it is: some sites write comments of their own.
func sweep(jobs []slurm.Job) string {
	var live []string
	for _, job := range jobs {
		_, id, ours := slurm.ParseComment(job.Comment)
		if !ours || !ValidID(id) {
			return ""
		}
		live = append(live, id)
	}
	return "live=" + slurm.Quote(strings.Join(live, " ")) + "\n" + clusterScript + sweepScript
}

// sweepLater removes folders of before once the kernel is ready: those of jobs that
// were cancelled with nobody there. Slurm is asked only where there may be one.
func (s *Session) sweepLater(ctx context.Context) {
	login := s.login
	s.tasks.Go(func() {
		select {
		case <-s.ready:
		case <-ctx.Done():
			return
		}
		jobs, err := slurm.New(login).Mine(ctx)
		if script := sweep(jobs); err == nil && script != "" {
			_, err = output(ctx, login, slurm.LoginCommand(script))
		}
		if err != nil {
			s.cfg.Log.Info("removing old folders on the cluster", zap.Error(err))
		}
	})
}
