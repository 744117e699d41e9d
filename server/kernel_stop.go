package server

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// freeLimit bounds the wait for a job to leave its node: Slurm's KillWait (30 s
// by default) and an epilog.
const freeLimit = 3 * time.Minute

// stopLimit bounds the cancelling of jobs that this client does not own.
const stopLimit = time.Minute

// KernelStop stops kernels at once: by session, by job or all.
func (s *server) KernelStop(ctx context.Context, params *protocol.KernelStopParams) (*protocol.KernelStopResult, error) {
	switch {
	case params.SessionID != "":
		return s.stopSession(ctx, params)
	case params.JobID != "":
		return s.stopJobs(ctx, params, func(job slurm.Job) bool { return job.ID == params.JobID })
	case params.All && (params.Cluster != "" || params.User != ""):
		return s.stopJobs(ctx, params, func(slurm.Job) bool { return true })
	case params.All:
		return s.stopAllOwned(ctx, params)
	}
	return nil, rpc.BadRequest("sessionId", "name the kernel to stop with sessionId, jobId or all")
}

// stopAllOwned stops this client's sessions concurrently.
func (s *server) stopAllOwned(ctx context.Context, params *protocol.KernelStopParams) (*protocol.KernelStopResult, error) {
	owned := s.kernels.owned()
	result := &protocol.KernelStopResult{Released: make([]protocol.Release, len(owned))}
	var group sync.WaitGroup
	for i, h := range owned {
		group.Go(func() { result.Released[i] = s.stopOwned(ctx, h, params.WaitUntilFree) })
	}
	group.Wait()
	return result, nil
}

// stopSession stops one session, this client's or another window's.
func (s *server) stopSession(ctx context.Context, params *protocol.KernelStopParams) (*protocol.KernelStopResult, error) {
	h, ok := s.kernels.findHere(params.SessionID)
	named := params.Cluster != "" || params.User != ""
	if ok && !(named && h.takenOver()) {
		return &protocol.KernelStopResult{Released: []protocol.Release{s.stopOwned(ctx, h, params.WaitUntilFree)}}, nil
	}
	rec, known := s.kernels.remembered(params.SessionID)
	switch {
	case !known && named:
		return s.stopJobs(ctx, params, func(job slurm.Job) bool {
			_, id, _ := slurm.ParseComment(job.Comment)
			return id == params.SessionID
		})
	case !known:
		return nil, unknownSession(params.SessionID)
	}
	release, err := s.cancelJob(ctx, rec.Place, rec.JobID, rec.ID, params.WaitUntilFree)
	if err != nil {
		return nil, err
	}
	return &protocol.KernelStopResult{Released: []protocol.Release{release}}, nil
}

func (s *server) stopOwned(ctx context.Context, h *ownedSession, waitFree bool) protocol.Release {
	if s.pool.Blocked(h.place) {
		_, _ = s.pool.Connect(ctx, h.place, true) // the user who stops it can be prompted
	}
	release := wireRelease(h.Snapshot().ID, h.Stop(ctx))
	if waitFree && release.Outcome == protocol.ReleaseDone {
		s.waitFree(ctx, h.place, &release)
	}
	return release
}

// stopJobs cancels the user's jobs on a cluster for which which returns true.
func (s *server) stopJobs(ctx context.Context, params *protocol.KernelStopParams, which func(slurm.Job) bool) (*protocol.KernelStopResult, error) {
	p, err := s.resolve(params.Cluster, params.User)
	if err != nil {
		return nil, err
	}
	jobs, _, err := s.listJobs(ctx, p)
	if err != nil {
		return nil, withRunsOnAdvice(params.JobID, err)
	}
	result := &protocol.KernelStopResult{Released: []protocol.Release{}}
	for _, job := range jobs {
		if !which(job) {
			continue
		}
		_, id, _ := slurm.ParseComment(job.Comment)
		if h, ok := s.kernels.find(id); ok && !h.takenOver() {
			result.Released = append(result.Released, s.stopOwned(ctx, h, params.WaitUntilFree))
			continue
		}
		release, err := s.cancelJob(ctx, p.Place, job.ID, id, params.WaitUntilFree)
		if err != nil {
			return nil, err
		}
		result.Released = append(result.Released, release)
	}
	if params.JobID != "" && len(result.Released) == 0 {
		return nil, &fault.Error{
			Code: fault.SlurmUnknownJob, Tried: "stopping job " + params.JobID, Answer: "Slurm's queue has no Sunpyter job with this number",
			Advice: "It may have ended already. " + fault.Command("list") + " shows your kernels.",
		}
	}
	return result, nil
}

// withRunsOnAdvice adds what to do about a job that may still run to an error of stopping it.
func withRunsOnAdvice(jobID string, err error) error {
	f := fault.As(err)
	if f == nil || f.Code == fault.Cancelled || jobID == "" {
		return err
	}
	advised := *f
	if advised.Advice != "" {
		advised.Advice = strings.TrimSuffix(advised.Advice, ".") + ". "
	}
	advised.Advice += "Job " + jobID + " may still be running: stop it again, or run " + slurm.CancelCommand(jobID) + " on the cluster."
	return &advised
}

// cancelJob cancels a job that this client does not own, and removes its record. A window here that owns it
// leaves that to us as soon as we have claimed it: not before we can ask Slurm, and then we go on even if
// the client gives up.
func (s *server) cancelJob(ctx context.Context, p store.Place, jobID, id string, waitFree bool) (release protocol.Release, err error) {
	defer func() {
		if release.Outcome != protocol.ReleaseDone {
			err = withRunsOnAdvice(jobID, err)
		}
	}()
	release = protocol.Release{SessionID: id, JobID: jobID, Outcome: protocol.ReleaseNoJob}
	defer s.pool.Acquire(p)()
	limit, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	login, err := s.pool.Connect(limit, p, true)
	if err != nil {
		return release, err
	}
	limit, stop := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer stop()
	if s.store != nil {
		rec, _ := s.store.TakeOver(id, s.owner, true) // without a record or a disk to write to, it is cancelled all the same
		jobID = cmp.Or(jobID, rec.JobID)
	}
	defer session.WatchLiveness(limit, login)()
	releaser := session.Releaser{Login: login, Log: s.log, Redial: func(ctx context.Context) (nodeconn.LoginConn, error) {
		return s.pool.Connect(ctx, p, true)
	}}
	if jobID != "" {
		if err := releaser.Cancel(limit, jobID); err != nil {
			return release, err
		}
		release.Outcome = protocol.ReleaseDone
	}
	if store.ValidID(id) {
		if err := releaser.RemoveDir(limit, id); err != nil {
			return release, err
		}
		if s.store != nil {
			s.store.MarkStopped(id)
		}
	}
	if waitFree && release.Outcome == protocol.ReleaseDone {
		s.waitFree(ctx, p, &release)
	}
	return release, nil
}

// waitFree waits until the job has left its node and records that in release.
func (s *server) waitFree(ctx context.Context, p store.Place, release *protocol.Release) {
	defer s.pool.Acquire(p)()
	limit, cancel := context.WithTimeout(ctx, freeLimit)
	defer cancel()
	login, err := s.pool.Connect(limit, p, false)
	if err == nil {
		err = session.Releaser{Login: login, Log: s.log}.WaitFree(limit, release.JobID)
	}
	if err != nil {
		release.Message = strings.TrimSpace("Slurm accepted the request; whether the job has left its node is not known. " + err.Error())
		return
	}
	release.Outcome = protocol.ReleaseNodeFree
}
