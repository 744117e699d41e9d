package server

import (
	"context"
	"slices"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// clusterView is what a cluster knows of the user's kernels.
type clusterView struct {
	login nodeconn.LoginConn
	jobs  []slurm.Job
	ends  []store.EndRecord
}

// clusterView asks Slurm for jobs, and reads the records of jobs that ended by
// themselves. Without the records, the jobs are still returned.
func (s *server) clusterView(ctx context.Context, p profile.Profile) (clusterView, error) {
	defer s.pool.Acquire(p.Place)()
	jobs, login, err := s.listJobs(ctx, p)
	if err != nil {
		return clusterView{}, err
	}
	ends, err := remote.Ends(ctx, login, p.Request.Clusters, jobs)
	if err != nil {
		s.log.Info("looking up ended kernels", zap.Error(err))
	}
	return clusterView{login, jobs, ends}, nil
}

// endOf asks Slurm why a job ended that is no longer in its queue.
func endOf(ctx context.Context, login nodeconn.LoginConn, id string) error {
	job, err := slurm.New(login).Finished(ctx, id)
	if err == nil {
		err = job.End()
	}
	if err == nil || fault.Is(err, fault.SlurmUnknownJob) {
		return &fault.Error{Code: fault.JobEnded, Answer: "job " + id + " ended; Slurm no longer knows why", Advice: "Start a new kernel."}
	}
	return err
}

// addEnded adds the ended kernels that only the cluster knows.
func addEnded(list []protocol.Session, p store.Place, more []store.EndRecord) []protocol.Session {
	for _, end := range more {
		if !slices.ContainsFunc(list, func(w protocol.Session) bool { return w.ID == end.ID }) {
			end.Place = p
			list = append(list, wireEnd(end))
		}
	}
	slices.SortStableFunc(list, func(a, b protocol.Session) int { return b.EndedAt.Compare(*a.EndedAt) })
	return list
}

func wireEnd(end store.EndRecord) protocol.Session {
	w := wireRecord(end.Record, false)
	problem := rpc.ProblemOf(end.Cause.Err())
	w.State, w.EndedAt, w.Cause = protocol.StateEnded, wireTime(end.At), &problem
	return w
}
