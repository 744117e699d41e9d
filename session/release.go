package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/retry"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

// finish releases all that the session has, whatever the cause of its end.
func (s *Session) finish(cause error) {
	s.loop.drain(func() bool { return s.loop.running == 0 })
	s.loop.group.Wait()
	s.node.early.Discard()
	s.port.disconnect()
	rel := s.newRelease(cause)
	release := Release{JobID: s.status.snap.JobID, Outcome: HandedOver}
	if !lostOwnership(cause) {
		if release.JobID != "" || s.job.mayExist {
			s.status.setState(Ending)
		}
		if release = s.releaseJob(rel); release.Outcome == HandedOver {
			cause = rel.newOwner
		}
	}
	rel.close()
	s.port.close()
	s.cfg.Log.Info("session ended", zap.String("session", s.cfg.ID), zap.String("job", release.JobID),
		zap.String("outcome", string(release.Outcome)), zap.NamedError("cause", cause))
	s.status.setState(Ended, func(snap *Snapshot) {
		snap.Cause, snap.Release, snap.URL, snap.Token = cause, release, "", ""
	})
	close(s.status.ended)
	s.retryRelease(rel)
	if s.status.snap.Release.Outcome != HandedOver || errors.Is(cause, errTakenElsewhere) {
		s.owner.remove()
	}
}

// releaseJob runs a release, unless another owner has the session, which it checks just
// before. Its deadline does not depend on the caller, who may give up earlier.
func (s *Session) releaseJob(rel *release) Release {
	if rel.newOwner = s.owner.check(); rel.newOwner != nil {
		return Release{JobID: rel.snap.JobID, Outcome: HandedOver}
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.Timing.Release)
	defer cancel()
	var result Release
	returned := false
	s.loop.background(func() func() error {
		r := rel.run(ctx)
		return func() error { result, returned = r, true; return nil }
	})
	s.loop.drain(func() bool { return returned })
	return result
}

// retryRelease retries a release that could not be confirmed, such as one without a
// network, for as long as the job's lease lasts, so that the node is free as soon as
// possible. No client waits for it, and it never prompts. There is no need for it if the
// job will end without Slurm (fallbackNote).
func (s *Session) retryRelease(rel *release) {
	pending := func() bool {
		r := s.status.snap.Release
		return r.Outcome == Unconfirmed && rel.fallbackNote == "" && !fault.NeedsUserAction(errors.Unwrap(r.Err))
	}
	ends := wallClock().Add(s.cfg.Grace)
	for backoff := (retry.Backoff{Min: time.Second, Max: maxPause}); pending() && wallClock().Before(ends); {
		if early, _ := s.loop.pause(context.Background(), backoff.Next()); early {
			backoff.Reset()
		}
		release := s.releaseJob(rel)
		s.cfg.Log.Info("releasing later", zap.String("session", s.cfg.ID), zap.String("job", release.JobID),
			zap.String("outcome", string(release.Outcome)), zap.Error(release.Err))
		s.status.setRelease(release)
	}
}

// release ends a session's job and removes its directory. It owns its fields, so that it
// can run in another goroutine than the session's.
type release struct {
	cfg   Config
	snap  Snapshot
	cause error
	login nodeconn.LoginConn // nil: there was never one
	dir   *remote.Dir        // nil: it is not watched
	node  *nodeconn.Conn     // nil: there is no connection into the job
	lease lease
	job   jobFacts

	newOwner     error  // says that another owner has the session; nil: none has
	fallbackNote string // how the job ends if Slurm cannot be asked to cancel it
}

// newRelease moves what a release needs out of the session.
func (s *Session) newRelease(cause error) *release {
	rel := &release{
		cfg: s.cfg, snap: s.status.snap, cause: cause,
		login: s.login, dir: s.dir, node: s.node.take(), lease: s.lease, job: s.job,
	}
	s.dir = nil
	return rel
}

func (rel *release) close() {
	rel.dir.Close()
	rel.node.Close()
	rel.node = nil
}

// run cancels the job and removes the session directory.
func (rel *release) run(ctx context.Context) Release {
	r := Release{JobID: rel.snap.JobID, Outcome: NoJob}
	if rel.login == nil || (rel.snap.JobID == "" && !rel.job.mayExist && rel.dir == nil) {
		return r
	}
	login, err := rel.liveLogin(ctx)
	if err != nil && rel.job.ended {
		return r // nothing to cancel; the job has removed its directory
	}
	if err != nil {
		return rel.unconfirmed(r, err)
	}
	defer WatchLiveness(ctx, login)()
	if r.JobID != "" && !rel.job.ended {
		if login, err = rel.checkOwner(ctx, login); err != nil {
			return rel.unconfirmed(r, err)
		}
		if rel.newOwner != nil {
			r.Outcome = HandedOver
			return r
		}
	}
	releaser := Releaser{
		Login: login, Log: rel.cfg.Log, Redial: rel.liveLogin,
		onUnreachable: func() { rel.cancelWithoutController(ctx, login) },
	}
	if r, err = rel.cancelJob(ctx, releaser, r); err != nil {
		return rel.unconfirmed(r, err)
	}
	rel.dir.Close() // its watcher ends before the directory is removed
	if err := releaser.RemoveDir(ctx, rel.cfg.ID); err != nil {
		rel.cfg.Log.Info("removing the session directory", zap.Error(err))
	}
	return r
}

// cancelJob cancels the job, after looking for its number if that is not known. It
// returns r with the number and the outcome.
func (rel *release) cancelJob(ctx context.Context, releaser Releaser, r Release) (Release, error) {
	var err error
	if r.JobID == "" && rel.job.mayExist {
		comment := slurm.Comment(rel.cfg.Version, rel.cfg.ID)
		if r.JobID, err = releaser.find(ctx, rel.cfg.Request.Clusters, comment); err != nil {
			return r, err
		}
	}
	if r.JobID == "" || rel.job.ended {
		return r, nil
	}
	if err = releaser.Cancel(ctx, r.JobID); err == nil {
		r.Outcome = Released
		rel.expireLease() // after a crash of the controller, it may take the job for one that never ran
	}
	return r, err
}

// livenessTimeout is how long a link may be silent during a release; then another is made.
const livenessTimeout = 8 * time.Second

// WatchLiveness checks in the background that the link is alive; keepalives would take
// 40 s to notice that it is not. stop ends the check and waits for its end.
func WatchLiveness(ctx context.Context, login nodeconn.LoginConn) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var probing sync.WaitGroup
	probing.Go(func() { login.Probe(ctx, livenessTimeout) })
	return func() { cancel(); probing.Wait() }
}

// checkOwner asks the cluster for a newer owner. It returns the connection that it used:
// login, or a new one if that was lost.
func (rel *release) checkOwner(ctx context.Context, login nodeconn.LoginConn) (nodeconn.LoginConn, error) {
	for backoff := (retry.Backoff{Min: 250 * time.Millisecond, Max: maxPause}); ; {
		rel.newOwner = checkRemoteOwner(ctx, login, rel.cfg.ID, rel.snap.Generation, rel.cfg.Log)
		if rel.newOwner != nil || !nodeconn.IsClosed(login) {
			return login, nil
		}
		if !backoff.Wait(ctx) {
			return nil, fault.ContextError(ctx, "connecting to "+rel.cfg.Place.Host)
		}
		var err error
		if login, err = rel.liveLogin(ctx); err != nil {
			return nil, err
		}
	}
}

// liveLogin returns the current connection, or a new one if that was lost. After a
// refused login it does not try again.
func (rel *release) liveLogin(ctx context.Context) (nodeconn.LoginConn, error) {
	if !nodeconn.IsClosed(rel.login) {
		return rel.login, nil
	}
	if fault.Is(rel.cause, fault.AuthRefused) {
		return nil, rel.cause
	}
	for backoff := (retry.Backoff{Min: time.Second, Max: maxPause}); ; {
		login, err := rel.cfg.redial(ctx)
		if err == nil || !fault.IsTransient(err) || !backoff.Wait(ctx) {
			return login, err
		}
	}
}

// cancelWithoutController ends the job while Slurm's controller does not answer: a
// running job by expiring its lease, if there is a connection into it, and a pending one
// by deleting the session directory, which it checks at its start.
func (rel *release) cancelWithoutController(ctx context.Context, login nodeconn.LoginConn) {
	if rel.node != nil {
		rel.expireLease()
		return
	}
	if rel.snap.Node.Reported() {
		return // without a connection into it
	}
	rel.dir.Close()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // ctx may have ended: Slurm had all its time
	defer cancel()
	if (Releaser{Login: login, Log: rel.cfg.Log}).RemoveDir(limit, rel.cfg.ID) == nil {
		rel.fallbackNote = "It stops as soon as it starts. "
	}
}

// expireLease ends the job by setting its lease to zero, if there is a connection into it.
func (rel *release) expireLease() {
	if rel.node == nil {
		return
	}
	rel.lease.grace = 0
	if rel.node.Renew(rel.lease.next()) == nil {
		rel.fallbackNote = "The job was asked to stop, so its node should be free by now. "
	}
}

func (rel *release) unconfirmed(r Release, err error) Release {
	if r.JobID == "" && !rel.job.mayExist {
		return r
	}
	r.Outcome = Unconfirmed
	note := rel.fallbackNote
	if note == "" {
		note = fmt.Sprintf("It stops at most %s after it was last reached. ", units.Duration(rel.cfg.Grace))
	}
	job := "a job that Slurm may have taken"
	if r.JobID != "" {
		job = "job " + r.JobID
	}
	r.Err = &fault.Error{
		Code: fault.ReleaseUnconfirmed, Tried: "cancelling " + job, Answer: fault.AnswerOf(err), Err: err,
		Advice: note + "To check, list your jobs with " + fault.Shell("squeue -u $USER") + " on the cluster, and stop a job named sunpyter with " + fault.Shell("scancel JOBID") + ".",
	}
	return r
}
