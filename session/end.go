package session

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
)

// end undoes everything that the session began, whatever the cause. It has a
// deadline of its own: the caller's patience must not decide what is left behind.
func (s *Session) end(cause error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Timing.Release)
	defer cancel()
	if s.forward != nil {
		s.forward.Disconnect()
	}
	release := Release{JobID: s.snap.JobID, Outcome: Kept}
	if !lost(cause) {
		if s.snap.JobID != "" {
			s.enter(Ending)
		}
		release = s.release(ctx, cause)
	}
	s.folder.close()
	s.dropWay()
	if s.forward != nil {
		_ = s.forward.Close()
	}
	if s.claimed && release.Outcome != Kept {
		if err := s.cfg.Store.Remove(s.cfg.ID, s.owner, s.snap.Generation); err != nil {
			s.cfg.Log.Warn("forgetting the session on this computer's disk", zap.Error(err))
		}
	}
	s.cfg.Log.Info("session ended", zap.String("session", s.cfg.ID), zap.String("job", release.JobID),
		zap.String("outcome", string(release.Outcome)), zap.NamedError("cause", cause))
	s.update(func(snap *Snapshot) {
		snap.State, snap.Cause, snap.Release, snap.URL, snap.Token, snap.Waiting = Ended, cause, release, "", "", nil
	})
}

// release cancels the job and removes the session's folder.
func (s *Session) release(ctx context.Context, cause error) Release {
	r := Release{JobID: s.snap.JobID, Outcome: NoJob}
	if s.held() != nil {
		r.Outcome = Kept // looked at just before: someone else holds it now
		return r
	}
	if s.login == nil || (s.snap.JobID == "" && !s.maybe && s.folder == nil) {
		return r
	}
	login, err := s.liveLogin(ctx, cause)
	if err != nil {
		return s.unconfirmed(r, err)
	}
	releaser := Releaser{Login: login, Log: s.cfg.Log, OnUnreachable: s.endFromInside}
	if r.JobID == "" && s.maybe {
		if r.JobID, err = releaser.find(ctx, slurm.Comment(s.cfg.Version, s.cfg.ID)); err != nil {
			return s.unconfirmed(r, err)
		}
	}
	if r.JobID != "" && !s.over {
		if err := releaser.Cancel(ctx, r.JobID); err != nil {
			return s.unconfirmed(r, err)
		}
		r.Outcome = Released
	}
	s.folder.close() // its watcher goes before the folder does
	if err := releaser.Clean(ctx, s.cfg.ID); err != nil {
		s.cfg.Log.Info("removing the session's folder", zap.Error(err))
	}
	return r
}

// liveLogin is the connection there is, or a new one; after a refused login
// none is tried.
func (s *Session) liveLogin(ctx context.Context, cause error) (Login, error) {
	select {
	case <-s.login.Done():
	default:
		return s.login, nil
	}
	if fault.Is(cause, fault.AuthRefused) {
		return nil, cause
	}
	for gap := time.Second; ; gap *= 2 {
		login, err := s.cfg.Connect(ctx, false)
		if err == nil || !passing(err) || !pause(ctx, gap) {
			return login, err
		}
	}
}

// endFromInside ends the job without Slurm's controller: a lease of no length.
func (s *Session) endFromInside() {
	if s.way != nil {
		s.grace = 0
		_ = s.way.renew(s)
	}
}

func (s *Session) unconfirmed(r Release, err error) Release {
	if r.JobID == "" && !s.maybe {
		return r
	}
	r.Outcome = Unconfirmed
	r.Err = &fault.Error{
		Code: fault.ReleaseUnconfirmed, Tried: "cancelling job " + r.JobID, Answer: err.Error(), Err: err,
		Advice: "It ends by itself within " + s.cfg.Grace.String() + " at the latest. To be sure: `squeue --me --name=sunpyter` and `scancel` on the cluster.",
	}
	return r
}

// Releaser ends jobs of ours through a connection to the login node.
type Releaser struct {
	Login Login
	Log   *zap.Logger
	// OnUnreachable, if set, is called once when Slurm's controller does not answer.
	OnUnreachable func()
}

// Cancel cancels job and confirms that Slurm accepted it, trying again for as
// long as ctx lasts while the controller cannot be reached. Two questions to
// Slurm where all is well.
func (r Releaser) Cancel(ctx context.Context, job string) error {
	client := slurm.New(r.Login)
	for gap := time.Second; ; gap = min(2*gap, 10*time.Second) {
		err := client.Cancel(ctx, job)
		if err == nil {
			var jobs []slurm.Job
			if jobs, err = client.Queue(ctx, job); err == nil && ended(jobs) {
				return nil
			}
		}
		if err != nil && !fault.Is(err, fault.SlurmUnreachable) && !passing(err) {
			return err
		}
		if fault.Is(err, fault.SlurmUnreachable) && r.OnUnreachable != nil {
			r.OnUnreachable()
			r.OnUnreachable = nil
		}
		r.Log.Info("cancelling the job, not confirmed yet", zap.String("job", job), zap.Error(err))
		if !pause(ctx, gap) {
			if err == nil {
				err = errors.New("the job is still shown as running")
			}
			return err
		}
	}
}

// ended reports whether Slurm has accepted the end of the one job asked for.
func ended(jobs []slurm.Job) bool {
	return len(jobs) == 0 || jobs[0].State.Leaving() || jobs[0].State.Over()
}

// find looks for a job by its comment: one that Slurm may have accepted without
// our learning of it. None is no error.
func (r Releaser) find(ctx context.Context, comment string) (string, error) {
	jobs, err := slurm.New(r.Login).FindByComment(ctx, comment)
	if err != nil || len(jobs) == 0 {
		return "", err
	}
	return jobs[0].ID, nil
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

// Clean removes a session's folder on the cluster.
func (r Releaser) Clean(ctx context.Context, id string) error {
	_, _, _, err := r.Login.Run(ctx, removeCommand(id), nil)
	return err
}
