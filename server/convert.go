package server

import (
	"cmp"
	"time"

	"github.com/sa2c/sunpyter/profile"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/server/rpc"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// wire returns a session of this client as it is sent.
func (h *ownedSession) wire(snap session.Snapshot) protocol.Session {
	p := h.place
	w := protocol.Session{
		ID: snap.ID, State: protocol.SessionState(snap.State), Cluster: p.Cluster, Title: snap.Title, Host: p.Host, User: p.User,
		Owned: true, Generation: snap.Generation, JobID: snap.JobID, Partition: snap.Partition, Account: cmp.Or(snap.Account, h.request.Account),
		CPUs: snap.CPUs, MemoryMiB: snap.MemoryMiB, GPUs: h.request.GPUs, TimeLimitSeconds: int(snap.TimeLimit.Seconds()), GraceSeconds: int(snap.Grace.Seconds()),
		IdleSeconds: int(snap.Idle.Seconds()), IdleEndsAt: wireTime(snap.IdleEndsAt), MemoryKills: snap.MemoryKills, SuggestedMemoryMiB: snap.SuggestedMemoryMiB,
		Node: snap.Node.Name, WorkingDirectory: snap.Workdir, Environment: snap.Environment,
		SubmittedAt: wireTime(snap.Submitted), StartedAt: wireTime(snap.Started), EndsAt: wireTime(snap.EndsAt()),
		Notice: snap.Notice, NoticeCode: string(snap.NoticeCode), NeedsUserAction: snap.NeedsUserAction, Use: wireUse(snap.Use, snap.Enough), URL: snap.URL,
	}
	for _, d := range snap.SiteDefaults {
		w.SiteDefaults = append(w.SiteDefaults, d.String())
	}
	if snap.Waiting != nil {
		w.Pending = &protocol.Pending{
			Reason: snap.Waiting.Reason, Message: snap.Waiting.Message, Advice: snap.Waiting.Advice, EstimatedStart: wireTime(snap.Waiting.Start),
			JobsAhead: snap.Waiting.Ahead.Jobs,
		}
		if smaller := snap.Waiting.Smaller; smaller != nil {
			w.Pending.Smaller = &protocol.SmallerRequest{CPUs: smaller.CPUs, TimeLimitSeconds: int(smaller.TimeLimit.Seconds())}
			if smaller.MemoryPerCPU {
				w.Pending.Smaller.MemoryMiB = smaller.MemoryMiB
			}
		}
	}
	if snap.Cause != nil {
		problem := rpc.ProblemOf(snap.Cause)
		w.Cause = &problem
	}
	return w
}

// wireRecord returns a session of another window; orphaned says whether that window has closed.
func wireRecord(rec store.Record, orphaned bool) protocol.Session {
	state := protocol.StatePending
	if rec.Node.Name != "" {
		state = protocol.StateReady
	}
	return protocol.Session{
		ID: rec.ID, State: state, Cluster: rec.Cluster, Title: rec.Title, Host: rec.Host, User: rec.User,
		Orphaned: orphaned, Generation: rec.Generation, JobID: rec.JobID, Partition: rec.Partition, Account: rec.Account,
		CPUs: rec.CPUs, MemoryMiB: rec.MemoryMiB, GPUs: rec.GPUs,
		TimeLimitSeconds: int(rec.TimeLimit.Seconds()), GraceSeconds: int(rec.Grace.Seconds()), IdleSeconds: int(rec.Idle.Seconds()), Node: rec.Node.Name, WorkingDirectory: rec.Workdir, Environment: rec.Environment,
		SubmittedAt: wireTime(rec.Submitted), StartedAt: wireTime(rec.Started), EndsAt: endsAt(rec.Started, rec.TimeLimit),
	}
}

// wireJob returns a job of the user's that Slurm knows and this computer may not.
func wireJob(p store.Place, job slurm.Job) protocol.Session {
	_, id, _ := slurm.ParseComment(job.Comment)
	w := protocol.Session{
		ID: id, State: stateOf(job.State), Cluster: p.Cluster, Title: p.Title, Host: p.Host, User: job.User, JobID: job.ID,
		Partition: job.Partition, Account: job.Account, CPUs: job.CPUs, MemoryMiB: job.MemoryMiB,
		TimeLimitSeconds: int(job.TimeLimit.Seconds()), Node: job.Node, SubmittedAt: wireTime(job.SubmitTime),
	}
	if job.State.Waiting() {
		advice := job.Advice(slurm.Partition{}, slurm.Request{CPUs: job.CPUs})
		w.Pending = &protocol.Pending{Reason: string(job.Reason), Message: advice.Message, Advice: advice.Advice, EstimatedStart: wireTime(job.StartTime)}
		return w
	}
	w.StartedAt, w.EndsAt = wireTime(job.StartTime), endsAt(job.StartTime, job.TimeLimit)
	return w
}

func stateOf(state slurm.State) protocol.SessionState {
	switch {
	case state.Waiting():
		return protocol.StatePending
	case state.Leaving():
		return protocol.StateEnding
	case state.Ended():
		return protocol.StateEnded
	default:
		return protocol.StateReady
	}
}

func wireRelease(id string, r session.Release) protocol.Release {
	w := protocol.Release{SessionID: id, JobID: r.JobID, Outcome: protocol.ReleaseOutcome(r.Outcome)}
	if r.Err != nil {
		w.Message = r.Err.Error()
	}
	return w
}

func wireTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

func endsAt(start time.Time, limit time.Duration) *time.Time {
	if start.IsZero() || limit <= 0 {
		return nil
	}
	return wireTime(start.Add(limit))
}

// slurmRequest returns what the client asks for.
func slurmRequest(r protocol.KernelRequest) slurm.Request {
	req := slurm.Request{
		CPUs: r.CPUs, MemoryMiB: r.MemoryMiB, MemoryPerCPU: r.MemoryPerCPU, TimeLimit: time.Duration(r.TimeLimitSeconds) * time.Second,
		GPUs: r.GPUs, Gres: r.Gres, Partition: r.Partition, Account: r.Account, QOS: r.QOS, Reservation: r.Reservation, Constraint: r.Constraint,
		Clusters: r.Clusters, WorkingDirectory: r.WorkingDirectory, KernelTransport: r.KernelTransport, SbatchOptions: r.SbatchOptions,
	}
	if e := r.Environment; e != nil {
		req.Environment = slurm.Environment{Modules: e.Modules, Name: e.Name, Container: e.Container, ContainerBinds: e.ContainerBinds, Conda: e.Conda, Venv: e.Venv, Setup: e.Setup, Variables: e.Variables}
	}
	return req
}

// wireRequest returns a profile's request as it is sent.
func wireRequest(p profile.Profile) protocol.KernelRequest {
	r := p.Request
	e := r.Environment
	env := protocol.Environment{Modules: e.Modules, Name: e.Name, Container: e.Container, ContainerBinds: e.ContainerBinds, Conda: e.Conda, Venv: e.Venv, Setup: e.Setup, Variables: e.Variables}
	return protocol.KernelRequest{
		CPUs: r.CPUs, MemoryMiB: r.MemoryMiB, MemoryPerCPU: r.MemoryPerCPU, TimeLimitSeconds: int(r.TimeLimit.Seconds()),
		GPUs: r.GPUs, Gres: r.Gres, Partition: r.Partition, Account: r.Account, QOS: r.QOS, Reservation: r.Reservation, Constraint: r.Constraint,
		Clusters: r.Clusters, WorkingDirectory: r.WorkingDirectory, KernelTransport: r.KernelTransport, Environment: &env, SbatchOptions: r.SbatchOptions, GraceSeconds: int(p.Grace.Seconds()), IdleSeconds: wireIdle(p.Idle),
	}
}

// wireIdle returns a profile's idle time as it is sent.
func wireIdle(idle time.Duration) int {
	if idle == profile.NeverIdle {
		return -1
	}
	return int(idle.Seconds())
}
