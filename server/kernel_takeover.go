package server

import (
	"cmp"
	"context"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/channels"
	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/progress"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// KernelTakeOver takes over a session, of this computer or another, and returns when
// cells can run in it again.
func (s *server) KernelTakeOver(ctx context.Context, params *protocol.KernelTakeOverParams) (*protocol.KernelStartResult, error) {
	rec, err := s.findSession(ctx, params)
	if err != nil {
		return nil, err
	}
	if h, ok := s.kernels.find(rec.ID); ok && !channels.IsClosed(h.Ended()) {
		return s.awaitReady(ctx, h) // ours already
	}
	if rec, err = s.kernels.claim(rec, s.owner); err != nil {
		return nil, err
	}
	p := profile.Profile{Place: rec.Place}
	request := slurm.Request{CPUs: rec.CPUs, GPUs: rec.GPUs, Account: rec.Account}
	cfg := s.config(rec.ID, p, rec.Grace)
	cfg.Request, cfg.Idle = request, rec.Idle
	report := progress.Begin(s.client, params.ProgressToken, "Taking over the kernel on "+p.Title)
	defer report.End()
	h := &ownedSession{place: p.Place, request: request}
	cfg.Changed = s.onChange(h, report)
	begin := func(cfg session.Config) *session.Session { return session.Adopt(cfg, rec) }
	if err := s.kernels.start(h, begin, cfg); err != nil {
		return nil, err
	}
	return s.awaitReady(ctx, h)
}

// findSession returns the session that the client means: one of its own, or one that
// this computer or the cluster knows.
func (s *server) findSession(ctx context.Context, params *protocol.KernelTakeOverParams) (store.Record, error) {
	if params.SessionID == "" && params.JobID == "" {
		return store.Record{}, rpc.BadRequest("sessionId", "name the kernel to take over with sessionId or jobId")
	}
	if params.SessionID != "" {
		if h, ok := s.kernels.find(params.SessionID); ok && !channels.IsClosed(h.Ended()) {
			return store.Record{ID: params.SessionID}, nil
		}
		if rec, ok := s.kernels.remembered(params.SessionID); ok {
			return rec, nil
		}
		if params.Cluster == "" && params.User == "" {
			return store.Record{}, unknownSession(params.SessionID)
		}
	}
	return s.findOnCluster(ctx, params)
}

// findOnCluster returns the session that the client means, if the cluster knows it.
func (s *server) findOnCluster(ctx context.Context, params *protocol.KernelTakeOverParams) (store.Record, error) {
	p, err := s.resolve(params.Cluster, params.User)
	if err != nil {
		return store.Record{}, err
	}
	defer s.pool.Acquire(p.Place)()
	jobs, login, err := s.listJobs(ctx, p)
	if err != nil {
		return store.Record{}, err
	}
	for _, job := range jobs {
		_, id, ours := slurm.ParseComment(job.Comment)
		if !ours || !store.ValidID(id) || job.State.Leaving() || job.State.Ended() || (job.ID != params.JobID && id != params.SessionID) {
			continue
		}
		if rec, ok := s.kernels.remembered(id); ok {
			return rec, nil
		}
		about, err := remote.ReadInfo(ctx, login, id)
		return recordOf(p.Place, id, job, about), err
	}
	return store.Record{}, &fault.Error{
		Code: fault.SlurmUnknownJob, Tried: "looking for the kernel " + cmp.Or(params.JobID, params.SessionID) + " on " + p.Title,
		Answer: "Slurm's queue has no such Sunpyter job", Advice: "It may have ended already. " + fault.Command("list") + " shows your kernels.",
	}
}

// recordOf returns the record of a session that another computer began.
func recordOf(p store.Place, id string, job slurm.Job, info remote.Info) store.Record {
	rec := store.Record{ID: id, Place: p, Grace: info.Grace, Idle: info.Idle, Job: store.Job{
		JobID: job.ID, Partition: job.Partition, Account: job.Account, CPUs: job.CPUs, MemoryMiB: job.MemoryMiB,
		TimeLimit: job.TimeLimit, Workdir: info.Workdir, Submitted: job.SubmitTime,
	}}
	if !job.State.Waiting() {
		rec.Started = job.StartTime
	}
	return rec
}

func unknownSession(id string) error {
	f := &fault.Error{
		Code: fault.UnknownSession, Tried: "looking for the kernel " + id, Answer: "this computer has no kernel with this id",
		Advice: fault.Command("list") + " shows your kernels.",
	}
	if !store.ValidID(id) {
		f.Answer, f.Advice = "that is not the id of a kernel", fault.Command("list")+" shows your kernels and their ids."
	}
	return f
}
