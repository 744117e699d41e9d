package session

import (
	"context"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// wait is the time from submission until the job tells of its node. What the
// job writes comes by itself through the folder; Slurm is asked only for the
// reason why it waits, and rarely.
func (s *Session) wait(ctx context.Context) error {
	s.enter(Pending)
	look := time.NewTimer(s.cfg.Timing.FirstLook)
	defer look.Stop()
	renew := time.NewTicker(s.cfg.Timing.PendingRenew)
	defer renew.Stop()
	watch := time.NewTicker(s.cfg.Timing.Watch)
	defer watch.Stop()
	silent := newAlarm()
	defer silent.stop()
	answers := make(chan queueAnswer, 1)
	var node store.Node

	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-silent.C():
			return s.jupyterSilent()
		case line, open := <-s.folder.Lines():
			if !open {
				if err := s.reopen(ctx); err != nil {
					return err
				}
				continue
			}
			switch line {
			case "gone":
				return s.fate(ctx)
			case "taken":
				return s.takenOver()
			}
			complete, err := remote.ReadNodeLine(&node, line)
			if err != nil {
				s.over = true
				return err
			}
			if complete {
				s.started(node)
				return nil
			}
		case <-look.C:
			s.ask(ctx, answers)
		case answer := <-answers:
			running, err := s.heard(ctx, answer)
			if err != nil {
				return err
			}
			if running {
				silent.set(s.cfg.Timing.Jupyter)
			}
			look.Reset(s.nextLook())
		case <-renew.C:
			if !s.kept {
				_ = s.folder.Send("renew %d", int(s.grace.Seconds())) // a broken link shows in channel
			}
		case <-watch.C:
			if err := s.held(); err != nil {
				return err
			}
		case grace := <-s.leave:
			s.part(grace) // the last renewal
			_ = s.folder.Send("renew %d", int(s.grace.Seconds()))
		}
	}
}

// queueAnswer is what Slurm said about our job.
type queueAnswer struct {
	jobs []slurm.Job
	err  error
}

// ask asks Slurm without holding up the rest; one question at a time.
func (s *Session) ask(ctx context.Context, answers chan<- queueAnswer) {
	client, id := s.slurm(), s.snap.JobID
	s.tasks.Go(func() {
		jobs, err := client.Queue(ctx, id)
		answers <- queueAnswer{jobs, err} // room for one: never blocks
	})
}

// heard takes in what Slurm said while the job waits. No answer never means
// that the job is over.
func (s *Session) heard(ctx context.Context, a queueAnswer) (running bool, err error) {
	switch {
	case fault.Is(a.err, fault.SlurmUnreachable):
		s.update(func(snap *Snapshot) {
			snap.Notice = "Slurm's controller does not answer now; the job keeps its place, asking again later"
		})
		return false, nil
	case a.err != nil:
		s.cfg.Log.Warn("asking Slurm about the job", zap.String("job", s.snap.JobID), zap.Error(a.err))
		return false, nil
	case len(a.jobs) == 0 || a.jobs[0].State.Over():
		return false, s.fate(ctx)
	}
	job := a.jobs[0]
	if !job.State.Waiting() {
		s.update(func(snap *Snapshot) { snap.State, snap.Waiting, snap.Node.Name = Starting, nil, job.Node })
		return true, nil
	}
	advice := job.Advice(s.partition, s.cfg.Request)
	s.update(func(snap *Snapshot) {
		snap.State, snap.Notice = Pending, ""
		snap.Waiting = &Waiting{Reason: string(job.Reason), Message: advice.Message, Advice: advice.Advice, Start: job.StartTime}
	})
	return false, nil
}

// nextLook spaces the questions: a minute apart at first, then two, and never in step
// with others. Not more: that somebody else cancelled the job shows in the answer alone.
func (s *Session) nextLook() time.Duration {
	gap := s.cfg.Timing.Look
	if time.Since(s.snap.Submitted) > 10*gap {
		gap *= 2
	}
	return gap + rand.N(gap/4+1)
}

// started notes that the job runs and has told of its node.
func (s *Session) started(node store.Node) {
	s.update(func(snap *Snapshot) {
		snap.State, snap.Node, snap.Waiting, snap.Notice = Starting, node, nil, ""
		if snap.Started.IsZero() {
			snap.Started = time.Now()
		}
	})
	s.remember(func(rec *store.Record) { rec.Node, rec.Started = s.snap.Node, s.snap.Started })
}

// reopen watches the folder again after the link was lost, for as long as it takes.
func (s *Session) reopen(ctx context.Context) error {
	s.folder.Close()
	s.folder = nil
	return s.retry(ctx, func(ctx context.Context) error {
		if err := s.held(); err != nil {
			return err
		}
		if err := s.connect(ctx, false); err != nil {
			return err
		}
		f, err := remote.OpenDir(ctx, s.login, s.cfg.ID, remote.DirOptions{Grace: s.grace, Generation: s.snap.Generation})
		if err != nil {
			return err
		}
		s.folder = f
		return nil
	})
}

func (s *Session) jupyterSilent() error {
	return &fault.Error{
		Code: fault.JupyterSilent, Tried: "starting Jupyter in job " + s.snap.JobID,
		Answer: "no answer within " + s.cfg.Timing.Jupyter.String(),
		Advice: "If the environment takes long to load, make it smaller; else try again, perhaps on another node.",
	}
}

// alarm is a timer that is set once, later.
type alarm struct{ timer *time.Timer }

func newAlarm() *alarm { return &alarm{} }

func (a *alarm) set(d time.Duration) {
	if a.timer == nil {
		a.timer = time.NewTimer(d)
	}
}

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

// C never speaks before set.
func (a *alarm) C() <-chan time.Time {
	if a.timer == nil {
		return nil
	}
	return a.timer.C
}
