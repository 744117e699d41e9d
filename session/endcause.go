package session

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// errStopped is the cause of an end that the owner asked for.
var errStopped = &fault.Error{Code: fault.Cancelled, Answer: "the kernel was stopped"}

// errGone means that the job's private directory is gone: the job is ending.
var errGone = errors.New("the job has left its node")

// explain returns the cause behind the error that ended a session: if the job has ended,
// that is the cause, and what was noticed first only its consequence.
func (s *Session) explain(ctx context.Context, err error) error {
	if s.login == nil || s.status.snap.JobID == "" {
		return err
	}
	f := s.newCauseFinder()
	cause, interrupted := call(&s.loop, ctx, func(ctx context.Context) (error, error) { return f.explain(ctx, err), nil }) //nolint:staticcheck // the first is a value
	if cause == nil {
		cause = interrupted
	}
	s.job.ended = s.job.ended || f.ended
	if !fault.Is(cause, fault.JobOutOfMemory) {
		return cause
	}
	// The same text and figures as for a kernel that was killed.
	m := remote.Memory{HadMiB: s.status.snap.MemoryMiB, MostMiB: mostMemory(s.job.partition)}
	s.status.update(func(snap *Snapshot) { snap.SuggestedMemoryMiB = m.More() })
	return m.Error("job " + s.status.snap.JobID)
}

// causeFinder finds out why a session ended. It is a value of its own, so that it can
// work in another goroutine than the session's.
type causeFinder struct {
	login    nodeconn.LoginConn
	snap     Snapshot
	wasReady bool
	ended    bool // the job is known to have ended
	log      *zap.Logger
}

func (s *Session) newCauseFinder() *causeFinder {
	return &causeFinder{
		login: s.login, snap: s.status.snap, wasReady: s.status.wasReady(), ended: s.job.ended, log: s.cfg.Log,
	}
}

// explain returns the cause behind err.
func (f *causeFinder) explain(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil || lostOwnership(err):
	case errors.Is(err, errGone):
		return f.find(ctx)
	case fault.Is(err, fault.JupyterDied):
		return f.whyJupyterDied(ctx, err)
	case f.ended:
	case errors.Is(err, nodeconn.ErrAbsent) && f.wasReady:
		return f.findWithin(ctx, rebootTimeout, f.nodeRebooted())
	case fault.Is(err, fault.ForwardRefused) && f.wasReady:
		// The host let us through before: what listened there has ended, perhaps with the job.
		return f.findWithin(ctx, verdictTimeout, err)
	case fault.Is(err, fault.NoRoute), fault.Is(err, fault.WrongJob), fault.Is(err, fault.LinkLost):
		if remote.ReadEnd(ctx, f.login, f.snap.ID) != nil {
			return f.find(ctx)
		}
		if ended, _ := f.jobEnded(ctx); ended {
			return f.find(ctx)
		}
	}
	return err
}

// find finds out why the job has ended: the job's own end record takes precedence
// over Slurm. It never returns nil.
func (f *causeFinder) find(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	unknown := &fault.Error{
		Code: fault.JobEnded, Answer: "job " + f.snap.JobID + " ended; Slurm gave no reason",
		Advice: "Start a new kernel. If it happens again, ask the site's support about the job.",
	}
	for backoff := (retry.Backoff{Min: 200 * time.Millisecond, Max: 5 * time.Second}); ; {
		if recorded := remote.ReadEnd(ctx, f.login, f.snap.ID); recorded != nil {
			f.ended = true
			return f.whyJupyterDied(ctx, recorded)
		}
		job, err := f.job(ctx)
		if ctx.Err() == nil {
			switch {
			case fault.Is(err, fault.SlurmUnknownJob):
				f.ended = true
				return unknown
			case err == nil && job.State.Waiting() && f.snap.Node.Reported(): // ended stays false: it is cancelled there
				return remote.Requeued(job.ID)
			case err == nil && job.State.Ended():
				f.ended = true
				return endOf(job)
			case err != nil:
				f.log.Info("asking how the job ended", zap.String("job", f.snap.JobID), zap.Error(err))
			}
		}
		if !backoff.Wait(ctx) {
			if ctx.Err() != nil && context.Cause(ctx) != context.DeadlineExceeded {
				return context.Cause(ctx)
			}
			return unknown
		}
	}
}

// verdictTimeout is how long Slurm may take to report why a job ended, when the job's
// own record may not have the whole cause.
const verdictTimeout = 20 * time.Second

// whyJupyterDied returns the cause behind the job's report that Jupyter died. If the
// whole job was killed for its memory, the batch script may have noticed only Jupyter's
// death before it was killed itself; then Slurm's verdict counts. After a kill that the
// job survived, it does not: Slurm then reports out of memory for any end.
func (f *causeFinder) whyJupyterDied(ctx context.Context, recorded error) error {
	died := fault.As(recorded)
	if died == nil || died.Code != fault.JupyterDied {
		return recorded
	}
	if f.wasReady {
		died.Tried = "running Jupyter in job " + f.snap.JobID
	}
	if f.snap.MemoryKills > 0 { // the job survived one
		return died
	}
	ctx, cancel := context.WithTimeout(ctx, verdictTimeout)
	defer cancel()
	for backoff := (retry.Backoff{Min: 200 * time.Millisecond, Max: 2 * time.Second}); ; {
		job, err := f.job(ctx)
		if fault.Is(err, fault.SlurmUnknownJob) || fault.Is(err, fault.SlurmUnreachable) {
			return died
		}
		if err == nil && job.State.Ended() {
			if end := endOf(job); fault.Is(end, fault.JobOutOfMemory) {
				return end
			}
			return died
		}
		if !backoff.Wait(ctx) {
			return died
		}
	}
}

// rebootTimeout is how long Slurm may take to learn that a node was booted.
const rebootTimeout = 15 * time.Second

// nodeRebooted returns the cause of a session whose private directory vanished.
func (f *causeFinder) nodeRebooted() error {
	return &fault.Error{
		Code:   fault.JobNodeFailed,
		Answer: "the private directory of job " + f.snap.JobID + " on " + f.snap.Node.Name + " is gone; the node was probably rebooted",
		Advice: "Start a new kernel.",
	}
}

// findWithin returns why the job has ended, or otherwise if that is not known in time.
func (f *causeFinder) findWithin(ctx context.Context, timeout time.Duration, otherwise error) error {
	limit, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if cause := f.find(limit); f.ended || ctx.Err() != nil {
		return cause
	}
	return otherwise
}

// endOf returns how a job ended that recorded nothing.
func endOf(job slurm.Job) error {
	if job.State == slurm.StateFailed && job.ExitCode == remote.ExitCannotReport {
		return remote.CannotReport(job.ID, job.Node)
	}
	if job.State == slurm.StateFailed && job.ExitCode == remote.ExitNoDir {
		return remote.NoDir(job.ID, job.Node)
	}
	return job.End()
}

// job asks Slurm for the job, also when it has left the queue.
func (f *causeFinder) job(ctx context.Context) (slurm.Job, error) {
	client := slurm.New(f.login)
	jobs, err := client.Queue(ctx, f.snap.JobID)
	if err != nil {
		return slurm.Job{}, err
	}
	if len(jobs) == 1 && !jobs[0].State.Ended() {
		return jobs[0], nil
	}
	return client.Finished(ctx, f.snap.JobID)
}

// jobEnded asks Slurm once whether the job has ended. No answer does not mean that it has.
func (f *causeFinder) jobEnded(ctx context.Context) (bool, error) {
	job, err := f.job(ctx)
	if fault.Is(err, fault.SlurmUnknownJob) {
		return true, nil
	}
	return err == nil && (job.State.Ended() || job.State.Leaving()), err
}
