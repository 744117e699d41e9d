package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// Releaser ends Sunpyter's jobs through a connection to the login node.
type Releaser struct {
	Login nodeconn.LoginConn
	Log   *zap.Logger
	// Redial, if set, returns a connection to continue with once Login has ended.
	Redial func(ctx context.Context) (nodeconn.LoginConn, error)

	onUnreachable func() // is called once when Slurm's controller does not answer; may be nil
}

// Cancel cancels job and confirms that Slurm accepted it. It retries until ctx ends while
// the controller cannot be reached. Usually it takes two commands of Slurm.
func (r Releaser) Cancel(ctx context.Context, job string) error {
	return r.persist(ctx, "cancelling job "+job, func() error {
		jobs, err := slurm.New(r.Login).End(ctx, job)
		if err == nil && !endAccepted(jobs) {
			err = errStillThere
		}
		return err
	})
}

// errStillThere: Slurm accepted the cancel, and yet shows the job as running.
var errStillThere = errors.New("the job is still shown as running")

// persist calls try until it succeeds, fails for good, or ctx ends. It returns the last
// error that has another cause than the end of ctx.
func (r *Releaser) persist(ctx context.Context, what string, try func() error) error {
	unreachable := sync.OnceFunc(func() {
		if r.onUnreachable != nil {
			r.onUnreachable()
		}
	})
	var reason error
	for backoff := (retry.Backoff{Min: time.Second, Max: 10 * time.Second}); ; {
		if r.Redial != nil && nodeconn.IsClosed(r.Login) {
			login, err := r.Redial(ctx)
			if err != nil {
				return err
			}
			r.Login = login
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
		case ctx.Err() == nil && !errors.Is(err, errStillThere) && !fault.IsTransient(err):
			return err
		}
		r.Log.Info(what+", not confirmed yet", zap.Error(err))
		if !backoff.Wait(ctx) {
			return reason
		}
	}
}

// endAccepted reports whether Slurm has accepted the end of the one job asked for.
func endAccepted(jobs []slurm.Job) bool {
	return len(jobs) == 0 || jobs[0].State.Leaving() || jobs[0].State.Ended()
}

// find returns the number of the job with a comment, or "": Slurm may have accepted the
// job although its answer was lost. clusters are as for [slurm.Client.On]. It retries as Cancel does.
func (r Releaser) find(ctx context.Context, clusters, comment string) (id string, err error) {
	err = r.persist(ctx, "looking for the job", func() error {
		jobs, err := slurm.New(r.Login).On(clusters).FindByComment(ctx, comment)
		if err == nil && len(jobs) > 0 {
			id = jobs[0].ID
		}
		return err
	})
	return id, err
}

// WaitFree waits until the job has left its node, and asks Slurm with growing pauses.
func (r Releaser) WaitFree(ctx context.Context, job string) error {
	for backoff := (retry.Backoff{Min: 500 * time.Millisecond, Max: 15 * time.Second}); ; {
		jobs, err := slurm.New(r.Login).Queue(ctx, job)
		if err == nil && (len(jobs) == 0 || jobs[0].State.Ended()) {
			return nil
		}
		if err != nil && !fault.Is(err, fault.SlurmUnreachable) && !fault.IsTransient(err) {
			return err
		}
		if !backoff.Wait(ctx) {
			return context.Cause(ctx)
		}
	}
}

// RemoveDir removes a session directory on the cluster. It retries as Cancel does.
func (r Releaser) RemoveDir(ctx context.Context, id string) error {
	return r.persist(ctx, "removing the kernel's files on the cluster", func() error {
		return remote.RemoveDir(ctx, r.Login, id)
	})
}
