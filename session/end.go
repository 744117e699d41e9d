package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// end undoes everything that the session began, whatever the cause. It has a
// deadline of its own: the caller's patience must not decide what is left behind.
func (s *Session) end(cause error) error {
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
		if release = s.release(ctx, cause); release.Outcome == Kept {
			cause = s.successor
		}
	}
	s.folder.Close()
	s.dropWay()
	if s.forward != nil {
		_ = s.forward.Close()
	}
	s.cfg.Log.Info("session ended", zap.String("session", s.cfg.ID), zap.String("job", release.JobID),
		zap.String("outcome", string(release.Outcome)), zap.NamedError("cause", cause))
	s.update(func(snap *Snapshot) {
		snap.State, snap.Cause, snap.Release, snap.URL, snap.Token, snap.Waiting = Ended, cause, release, "", "", nil
	})
	return cause
}

// forget removes the record, unless another owner on this computer has it now.
func (s *Session) forget(cause error) {
	if !s.claimed || (s.Snapshot().Release.Outcome == Kept && !errors.Is(cause, ErrTakenElsewhere)) {
		return
	}
	if err := s.cfg.Store.Remove(s.cfg.ID, s.cfg.Owner, s.snap.Generation); err != nil && !errors.Is(err, store.ErrTaken) {
		s.cfg.Log.Warn("forgetting the session on this computer's disk", zap.Error(err))
	}
}

// release cancels the job and removes the session's folder.
func (s *Session) release(ctx context.Context, cause error) Release {
	r := Release{JobID: s.snap.JobID, Outcome: NoJob}
	if s.successor = s.held(); s.successor != nil {
		r.Outcome = Kept // looked at just before: someone else holds it now
		return r
	}
	if s.login == nil || (s.snap.JobID == "" && !s.maybe && s.folder == nil) {
		return r
	}
	login, err := s.liveLogin(ctx, cause)
	if err != nil && s.over {
		return r // nothing to cancel; the job has seen to its folder
	}
	if err != nil {
		return s.unconfirmed(r, err)
	}
	defer Probe(ctx, login)()
	if r.JobID != "" && !s.over {
		if login, err = s.askOwner(ctx, login, cause); err != nil {
			return s.unconfirmed(r, err)
		}
		if s.successor != nil {
			r.Outcome = Kept
			return r
		}
	}
	releaser := Releaser{
		Login: login, Log: s.cfg.Log,
		OnUnreachable: func() { s.endWithoutSlurm(ctx, login) },
		Again:         func(ctx context.Context) (Login, error) { return s.liveLogin(ctx, cause) },
	}
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
		s.endFromInside() // a controller that crashed may know the job as one that never ran
	}
	s.folder.Close() // its watcher goes before the folder does
	if err := releaser.Clean(ctx, s.cfg.ID); err != nil {
		s.cfg.Log.Info("removing the session's folder", zap.Error(err))
	}
	return r
}

// releasePatience is how long a link may be silent while the job is to be given back;
// then another is made.
const releasePatience = 8 * time.Second

// Probe sees meanwhile whether the link lives: the keepalives would take 40 s to
// tell. The function that it gives waits for the probe's end.
func Probe(ctx context.Context, login Login) (wait func()) {
	ctx, stop := context.WithCancel(ctx)
	var probing sync.WaitGroup
	probing.Go(func() { login.Probe(ctx, releasePatience) })
	return func() { stop(); probing.Wait() }
}

// askOwner asks the cluster for an owner after this one, over the link there is or,
// if that breaks meanwhile, the next one, which it gives.
func (s *Session) askOwner(ctx context.Context, login Login, cause error) (Login, error) {
	for {
		s.successor = s.heldThere(ctx, login)
		if s.successor != nil || !over(login) {
			return login, nil
		}
		var err error
		if login, err = s.liveLogin(ctx, cause); err != nil {
			return nil, err
		}
	}
}

// liveLogin is the connection there is, or a new one; after a refused login
// none is tried.
func (s *Session) liveLogin(ctx context.Context, cause error) (Login, error) {
	if !over(s.login) {
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

// endWithoutSlurm ends the job while Slurm's controller does not answer: one that
// we are in by a lease of no length; one that waits by taking away the folder that
// it looks for first of all.
func (s *Session) endWithoutSlurm(ctx context.Context, login Login) {
	if s.way != nil {
		s.endFromInside()
		return
	}
	if s.snap.Node.Reported() {
		return // it runs, and there is no way into it
	}
	s.folder.Close()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // ctx may be over: Slurm had all its time
	defer cancel()
	if (Releaser{Login: login, Log: s.cfg.Log}).Clean(limit, s.cfg.ID) == nil {
		s.parting = "It ends by itself as soon as it starts. "
	}
}

// endFromInside ends the job by a lease of no length, if we are in it.
func (s *Session) endFromInside() {
	if s.way == nil {
		return
	}
	s.grace = 0
	if s.way.renew(s) == nil {
		s.parting = "It was told to end by itself, so its node should be free by now. "
	}
}

func (s *Session) unconfirmed(r Release, err error) Release {
	if r.JobID == "" && !s.maybe {
		return r
	}
	r.Outcome = Unconfirmed
	answer := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Answer != "" {
		answer = f.Answer
	}
	parting := s.parting
	if parting == "" {
		parting = fmt.Sprintf("It ends by itself at most %s after it was last reached. ", minutes(s.cfg.Grace))
	}
	job := r.JobID
	if job == "" {
		job = "a job that Slurm may have taken"
	} else {
		job = "job " + job
	}
	r.Err = &fault.Error{
		Code: fault.ReleaseUnconfirmed, Tried: "cancelling " + job, Answer: answer, Err: err,
		Advice: parting + "To be sure, look with `squeue --me --name=sunpyter` on the cluster, and `scancel` what is still there.",
	}
	return r
}

// minutes is a duration for people.
func minutes(d time.Duration) string {
	if d < time.Minute || d%time.Minute != 0 {
		return d.String()
	}
	return strings.TrimSuffix(d.String(), "0s")
}
