package server

import (
	"context"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// KernelList returns this client's sessions, those of other windows, and if a cluster
// is named, the user's jobs that its Slurm knows.
func (s *server) KernelList(ctx context.Context, params *protocol.KernelListParams) (*protocol.KernelListResult, error) {
	list, problems := s.known()
	if params.Cluster == "" && params.User == "" {
		return &protocol.KernelListResult{Sessions: list, Ended: s.ends(&problems), Problems: problems}, nil
	}
	p, err := s.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	view, err := s.clusterView(ctx, p)
	if err != nil {
		return nil, err
	}
	list = s.dropEnded(ctx, list, p, view)
	return &protocol.KernelListResult{
		Sessions: merge(list, p, view.jobs), Ended: addEnded(s.ends(&problems), p, view.ends), Problems: problems,
	}, nil
}

// known returns the sessions that this computer knows, this client's first.
func (s *server) known() ([]protocol.Session, []protocol.Problem) {
	list := []protocol.Session{}
	for _, h := range s.owned() {
		list = append(list, h.wire(h.Snapshot()))
	}
	slices.SortFunc(list, func(a, b protocol.Session) int { return strings.Compare(a.ID, b.ID) })
	if s.store == nil {
		return list, nil
	}
	records, errs := s.store.List()
	var problems []protocol.Problem
	for _, err := range errs {
		s.log.Warn("a record of a kernel was quarantined", zap.Error(err))
		problems = append(problems, rpc.ProblemOf(err))
	}
	for _, rec := range records {
		if slices.ContainsFunc(list, func(w protocol.Session) bool { return w.ID == rec.ID }) {
			continue
		}
		orphaned := s.store.IsOrphaned(rec)
		if orphaned && outlived(rec) {
			s.store.MarkStopped(rec.ID)
			continue
		}
		list = append(list, wireRecord(rec, orphaned))
	}
	return list, problems
}

// outlived reports whether the job's time limit has certainly passed, so that its
// record was left behind.
func outlived(rec store.Record) bool {
	const overtime = time.Hour // sites may let jobs run over (OverTimeLimit)
	return rec.TimeLimit > 0 && !rec.Started.IsZero() && time.Since(rec.Started) > rec.TimeLimit+overtime
}

// listJobs returns the user's jobs that the cluster's Slurm knows, and the connection
// that was used. A pooled connection may be dead: then it retries once on a new one.
func (s *server) listJobs(ctx context.Context, p profile.Profile) (jobs []slurm.Job, login session.LoginConn, err error) {
	defer s.pool.Acquire(p)()
	for try := 1; ; try++ {
		if login, err = s.pool.Connect(ctx, p, true); err != nil {
			return nil, nil, err
		}
		probed := session.WatchLiveness(ctx, login)
		jobs, err = slurm.New(login).On(p.Request.Clusters).Mine(ctx)
		probed()
		if err == nil || try == 2 || !isClosed(login.Done()) {
			return jobs, login, err
		}
	}
}

// merge adds what Slurm reports: the state of other windows' sessions, and jobs that
// this computer does not know.
func merge(list []protocol.Session, p profile.Profile, jobs []slurm.Job) []protocol.Session {
	for _, job := range jobs {
		w := wireJob(p, job)
		i := slices.IndexFunc(list, func(known protocol.Session) bool { return known.JobID == job.ID && known.Cluster == p.Name })
		switch {
		case i < 0:
			w.Remote = true
			list = append(list, w)
		case !list[i].Owned:
			list[i].State, list[i].Pending, list[i].Host, list[i].Account = w.State, w.Pending, w.Host, w.Account
		}
	}
	return list
}
