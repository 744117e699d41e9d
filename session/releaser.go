package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// Releaser ends jobs of ours through a connection to the login node.
type Releaser struct {
	Login Login
	Log   *zap.Logger
	// OnUnreachable, if set, is called once when Slurm's controller does not answer.
	OnUnreachable func()
	// Again, if set, gives a connection to go on with once Login has ended.
	Again func(ctx context.Context) (Login, error)
}

// Cancel cancels job and confirms that Slurm accepted it, trying again for as
// long as ctx lasts while the controller cannot be reached. Two questions to
// Slurm where all is well.
func (r Releaser) Cancel(ctx context.Context, job string) error {
	return r.persist(ctx, "cancelling job "+job, func() error {
		jobs, err := slurm.New(r.Login).End(ctx, job)
		if err == nil && !ended(jobs) {
			err = errStillThere
		}
		return err
	})
}

// errStillThere: Slurm took the cancel and shows the job as running all the same.
var errStillThere = errors.New("the job is still shown as running")

// persist calls try until it succeeds or fails for good, for as long as ctx
// lasts. Its error is the last one that says more than that the time was over.
func (r *Releaser) persist(ctx context.Context, what string, try func() error) error {
	unreachable := sync.OnceFunc(func() {
		if r.OnUnreachable != nil {
			r.OnUnreachable()
		}
	})
	var reason error
	for gap := time.Second; ; gap = min(2*gap, 10*time.Second) {
		if err := r.revive(ctx); err != nil {
			return err
		}
		err := try()
		if err == nil {
			return nil
		}
		if reason == nil || ctx.Err() == nil {
			reason = err
		}
		switch {
		case fault.Is(err, fault.SlurmUnreachable):
			unreachable()
		case ctx.Err() == nil && !errors.Is(err, errStillThere) && !passing(err):
			return err
		}
		r.Log.Info(what+", not confirmed yet", zap.Error(err))
		if !pause(ctx, gap) {
			return reason
		}
	}
}

// revive goes on with another connection where the one there was has ended.
func (r *Releaser) revive(ctx context.Context) error {
	if r.Again == nil {
		return nil
	}
	if !over(r.Login) {
		return nil
	}
	login, err := r.Again(ctx)
	if err == nil {
		r.Login = login
	}
	return err
}

// over reports whether the connection has ended.
func over(login Login) bool {
	select {
	case <-login.Done():
		return true
	default:
		return false
	}
}

// ended reports whether Slurm has accepted the end of the one job asked for.
func ended(jobs []slurm.Job) bool {
	return len(jobs) == 0 || jobs[0].State.Leaving() || jobs[0].State.Over()
}

// find looks for a job by its comment: one that Slurm may have accepted without
// our learning of it. None is no error. It tries again as Cancel does.
func (r Releaser) find(ctx context.Context, comment string) (id string, err error) {
	err = r.persist(ctx, "looking for the job", func() error {
		jobs, err := slurm.New(r.Login).FindByComment(ctx, comment)
		if err == nil && len(jobs) > 0 {
			id = jobs[0].ID
		}
		return err
	})
	return id, err
}

// WaitFree waits until the job has left its node, asking Slurm ever less often.
func (r Releaser) WaitFree(ctx context.Context, job string) error {
	for gap := 500 * time.Millisecond; ; gap = min(2*gap, 15*time.Second) {
		jobs, err := slurm.New(r.Login).Queue(ctx, job)
		if err == nil && (len(jobs) == 0 || jobs[0].State.Over()) {
			return nil
		}
		if err != nil && !fault.Is(err, fault.SlurmUnreachable) && !passing(err) {
			return err
		}
		if !pause(ctx, gap) {
			return context.Cause(ctx)
		}
	}
}

// Clean removes a session's folder on the cluster. It tries again as Cancel does.
func (r Releaser) Clean(ctx context.Context, id string) error {
	return r.persist(ctx, "removing the kernel's files on the cluster", func() error {
		return remote.RemoveDir(ctx, r.Login, id)
	})
}
