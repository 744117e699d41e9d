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

// noteEnded remembers a kernel that ended without being asked to.
func (s *server) noteEnded(h *held) {
	snap := h.Snapshot()
	if s.store == nil || h.trial || snap.JobID == "" || snap.Cause == nil {
		return
	}
	switch fault.CodeOf(snap.Cause) {
	case fault.Cancelled, fault.StoppedElsewhere, fault.TakenOver:
		return // somebody knows
	case fault.LeaseExpired:
	default:
		if !isClosed(h.Ready()) {
			return // the start's answer says it
		}
	}
	err := s.store.AddEnd(store.EndRecord{Record: h.Record(), At: time.Now(), Cause: store.StoreError(snap.Cause)})
	if err != nil {
		s.log.Warn("the end of a kernel could not be noted on this computer's disk", zap.Error(err))
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

// ended are the ends that this computer remembers.
func (s *server) ended(problems *[]protocol.Problem) []protocol.Session {
	if s.store == nil {
		return nil
	}
	list, err := s.store.Ends()
	if err != nil {
		s.log.Warn("the list of kernels that ended was set aside", zap.Error(err))
		*problems = append(*problems, rpc.ProblemOf(err))
	}
	var wire []protocol.Session
	for _, past := range list {
		wire = append(wire, wirePast(past))
	}
	return wire
}

// there is what a cluster knows of our kernels.
type there struct {
	login session.Login
	jobs  []slurm.Job
	ended []store.EndRecord
}

// there asks the cluster: Slurm for jobs, and our folder for those that ended by
// themselves. The jobs are what counts: a folder that cannot be read is left out.
func (s *server) there(ctx context.Context, p profile.Profile) (there, error) {
	defer s.pool.Acquire(p)()
	jobs, login, err := s.mine(ctx, p)
	if err != nil {
		return there{}, err
	}
	ended, err := remote.Ends(ctx, login, jobs)
	if err != nil {
		s.log.Info("asking for kernels that ended", zap.Error(err))
	}
	return there{login, jobs, ended}, nil
}

// withoutEnded leaves out the kernels that nobody holds and whose jobs are over,
// and remembers why they ended.
func (s *server) withoutEnded(ctx context.Context, list []protocol.Session, p profile.Profile, t there) []protocol.Session {
	return slices.DeleteFunc(list, func(w protocol.Session) bool {
		runs := slices.ContainsFunc(t.jobs, func(job slurm.Job) bool { return job.ID == w.JobID })
		if !w.Left || runs || w.JobID == "" || w.Host != p.Host || (w.User != "" && p.User != "" && w.User != p.User) {
			return false
		}
		rec, ok := s.store.Find(w.ID)
		if !ok || !s.store.IsOrphaned(rec) {
			return ok // taken over, or stopped, this moment
		}
		past := store.EndRecord{Record: rec, At: time.Now()}
		if i := slices.IndexFunc(t.ended, func(e store.EndRecord) bool { return e.ID == w.ID }); i >= 0 {
			past.At, past.Cause = t.ended[i].At, t.ended[i].Cause
		} else {
			past.Cause = store.StoreError(endOf(ctx, t.login, w.JobID))
		}
		if err := s.store.AddEnd(past); err != nil {
			s.log.Warn("the end of a kernel could not be noted on this computer's disk", zap.Error(err))
		}
		s.store.MarkStopped(w.ID)
		return true
	})
}

// endOf asks Slurm how a job ended that is in its queue no more.
func endOf(ctx context.Context, login session.Login, id string) error {
	job, err := slurm.New(login).Finished(ctx, id)
	if err == nil {
		err = job.End()
	}
	if err == nil || fault.Is(err, fault.SlurmUnknownJob) {
		return &fault.Error{Code: fault.JobEnded, Tried: "keeping job " + id, Answer: "it is over, and Slurm no longer says why", Advice: "Start a new kernel."}
	}
	return err
}

// withEnded adds the ends that only the cluster knows of.
func withEnded(list []protocol.Session, p profile.Profile, more []store.EndRecord) []protocol.Session {
	for _, past := range more {
		if !slices.ContainsFunc(list, func(w protocol.Session) bool { return w.ID == past.ID }) {
			past.Place = placeOf(p)
			list = append(list, wirePast(past))
		}
	}
	slices.SortStableFunc(list, func(a, b protocol.Session) int { return b.EndedAt.Compare(*a.EndedAt) })
	return list
}

func wirePast(past store.EndRecord) protocol.Session {
	w := wireRecord(past.Record, false)
	problem := rpc.ProblemOf(past.Cause.Err())
	w.State, w.EndedAt, w.Cause = protocol.StateEnded, wireTime(past.At), &problem
	return w
}
