package server

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// recordEnd records a kernel that ended without a request.
func (s *server) recordEnd(h *ownedSession) {
	snap := h.Snapshot()
	if s.store == nil || h.check || snap.JobID == "" || snap.Cause == nil {
		return
	}
	switch fault.CodeOf(snap.Cause) {
	case fault.Cancelled, fault.StoppedElsewhere, fault.TakenOver:
		return // the user asked for it
	case fault.LeaseExpired:
	default:
		if !isClosed(h.Ready()) {
			return // the answer to the start has the cause
		}
	}
	err := s.store.AddEnd(store.EndRecord{Record: h.Record(), At: time.Now(), Cause: store.StoreError(snap.Cause)})
	if err != nil {
		s.log.Warn("the end of a kernel could not be recorded on this computer", zap.Error(err))
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// ends returns the ended kernels that this computer remembers.
func (s *server) ends(problems *[]protocol.Problem) []protocol.Session {
	if s.store == nil {
		return nil
	}
	list, err := s.store.Ends()
	if err != nil {
		s.log.Warn("the list of ended kernels was quarantined", zap.Error(err))
		*problems = append(*problems, rpc.ProblemOf(err))
	}
	var wire []protocol.Session
	for _, end := range list {
		wire = append(wire, wireEnd(end))
	}
	return wire
}

// clusterView is what a cluster knows of the user's kernels.
type clusterView struct {
	login session.LoginConn
	jobs  []slurm.Job
	ends  []store.EndRecord
}

// clusterView asks Slurm for jobs, and reads the records of jobs that ended by
// themselves. Without the records, the jobs are still returned.
func (s *server) clusterView(ctx context.Context, p profile.Profile) (clusterView, error) {
	defer s.pool.Acquire(p)()
	jobs, login, err := s.listJobs(ctx, p)
	if err != nil {
		return clusterView{}, err
	}
	ends, err := remote.Ends(ctx, login, p.Request.Clusters, jobs)
	if err != nil {
		s.log.Info("asking for kernels that ended", zap.Error(err))
	}
	return clusterView{login, jobs, ends}, nil
}

// dropEnded removes the orphaned kernels whose jobs have ended from list, and records
// why they ended.
func (s *server) dropEnded(ctx context.Context, list []protocol.Session, p profile.Profile, view clusterView) []protocol.Session {
	return slices.DeleteFunc(list, func(w protocol.Session) bool {
		runs := slices.ContainsFunc(view.jobs, func(job slurm.Job) bool { return job.ID == w.JobID })
		if !w.Orphaned || runs || w.JobID == "" || w.Host != p.Host || (w.User != "" && p.User != "" && w.User != p.User) {
			return false
		}
		rec, ok := s.store.Find(w.ID)
		if !ok || !s.store.IsOrphaned(rec) {
			return ok // taken over or stopped meanwhile
		}
		end := store.EndRecord{Record: rec, At: time.Now()}
		if i := slices.IndexFunc(view.ends, func(e store.EndRecord) bool { return e.ID == w.ID }); i >= 0 {
			end.At, end.Cause = view.ends[i].At, view.ends[i].Cause
		} else {
			end.Cause = store.StoreError(endOf(ctx, view.login, w.JobID))
		}
		if err := s.store.AddEnd(end); err != nil {
			s.log.Warn("the end of a kernel could not be recorded on this computer", zap.Error(err))
		}
		s.store.MarkStopped(w.ID)
		return true
	})
}

// endOf asks Slurm why a job ended that is no longer in its queue.
func endOf(ctx context.Context, login session.LoginConn, id string) error {
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
func addEnded(list []protocol.Session, p profile.Profile, more []store.EndRecord) []protocol.Session {
	for _, end := range more {
		if !slices.ContainsFunc(list, func(w protocol.Session) bool { return w.ID == end.ID }) {
			end.Place = placeOf(p)
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
