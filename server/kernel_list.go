package server

import (
	"context"
	"slices"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// KernelList returns this client's sessions, those of other windows, and if a cluster
// is named, the user's jobs that its Slurm knows.
func (s *server) KernelList(ctx context.Context, params *protocol.KernelListParams) (*protocol.KernelListResult, error) {
	list, problems := s.kernels.known()
	if params.Cluster == "" && params.User == "" {
		return &protocol.KernelListResult{Sessions: list, Ended: s.kernels.ends(&problems), Problems: problems}, nil
	}
	p, err := s.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	view, err := s.clusterView(ctx, p)
	if err != nil {
		return nil, err
	}
	list = s.kernels.dropEnded(ctx, list, p, view)
	return &protocol.KernelListResult{
		Sessions: merge(list, p.Place, view.jobs), Ended: addEnded(s.kernels.ends(&problems), p.Place, view.ends), Problems: problems,
	}, nil
}

// listJobs returns the user's jobs that the cluster's Slurm knows, and the connection
// that was used. A pooled connection may be dead: then it retries once on a new one.
func (s *server) listJobs(ctx context.Context, p profile.Profile) (jobs []slurm.Job, login nodeconn.LoginConn, err error) {
	defer s.pool.Acquire(p.Place)()
	for try := 1; ; try++ {
		if login, err = s.pool.Connect(ctx, p.Place, true); err != nil {
			return nil, nil, err
		}
		probed := session.WatchLiveness(ctx, login)
		jobs, err = slurm.New(login).On(p.Request.Clusters).Mine(ctx)
		probed()
		if err == nil || try == 2 || !channels.IsClosed(login.Done()) {
			return jobs, login, err
		}
	}
}

// merge adds what Slurm reports: the state of other windows' sessions, and jobs that
// this computer does not know. One of those that is ending is left out: most were released
// here a moment ago, and nobody can use it.
func merge(list []protocol.Session, p store.Place, jobs []slurm.Job) []protocol.Session {
	for _, job := range jobs {
		w := wireJob(p, job)
		i := slices.IndexFunc(list, func(known protocol.Session) bool { return known.JobID == job.ID && known.Cluster == p.Cluster })
		switch {
		case i < 0 && (job.State.Leaving() || job.State.Ended()):
		case i < 0:
			w.Remote = true
			list = append(list, w)
		case !list[i].Owned:
			list[i].State, list[i].Pending, list[i].Host, list[i].Account = w.State, w.Pending, w.Host, w.Account
		}
	}
	return list
}

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
