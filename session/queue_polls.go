package session

import (
	"context"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
)

// queuePolls decides what to ask Slurm while the job is pending. Each poll is one scheduler call.
type queuePolls struct {
	mayCount bool      // the queue of the site is short
	counted  time.Time // when the jobs ahead were counted last
	gaps     int       // how often a gap for a smaller job was looked for
	inGap    bool      // the last poll looked for one
}

// pollKind is what one poll asks.
type pollKind int

const (
	pollJob   pollKind = iota // the job's state and the reason why it waits
	pollAhead                 // the same, and how many jobs come first
	pollGap                   // what of it would start now
)

const (
	countPause = 5 * time.Minute // between two counts of the jobs ahead
	mostGaps   = 3               // polls for a gap, for one kernel
)

// next returns what the next poll asks. The jobs ahead are counted at first, and then every countPause
// while others come first. Every second poll looks for a gap instead; nothing is lost by that, since
// the job itself reports when it runs.
func (q *queuePolls) next(w *Waiting, partition string, now time.Time) pollKind {
	if w != nil && !w.firstStart().IsZero() && partition != "" && !q.inGap && q.gaps < mostGaps && w.Smaller == nil {
		q.inGap, q.gaps = true, q.gaps+1
		return pollGap
	}
	q.inGap = false
	first := w != nil && w.Reason == "Priority" && now.Sub(q.counted) >= countPause
	if q.mayCount && partition != "" && (first || q.counted.IsZero()) {
		q.counted = now
		return pollAhead
	}
	return pollJob
}

// firstStart returns when the first of the waiting jobs that matter is expected to start; zero: it is
// not known. No other comes before a job that waits for resources.
func (w *Waiting) firstStart() time.Time {
	switch {
	case w.Reason != "Priority" && w.Reason != "Resources":
		return time.Time{}
	case w.Ahead.FirstStart.IsZero() && w.Reason == "Resources":
		return w.Start
	}
	return w.Ahead.FirstStart
}

// pollSlurm asks Slurm about the pending job. One query runs at a time.
func (s *Session) pollSlurm(ctx context.Context) {
	if s.loop.ending {
		return
	}
	client, id, partition := slurm.New(s.login), s.status.snap.JobID, s.job.partition
	waiting, req := s.status.snap.Waiting, s.job.request
	what := s.job.polls.next(waiting, partition.Name, time.Now())
	s.loop.background(func() func() error {
		switch what {
		case pollGap:
			smaller, ok, err := client.FitsGap(ctx, req, partition, waiting.firstStart())
			return func() error { return s.handleGap(smaller, ok, err) }
		case pollAhead:
			jobs, ahead, err := client.QueueAhead(ctx, id, partition.Name)
			return func() error { return s.handlePoll(jobs, ahead, err) }
		default:
			jobs, err := client.Queue(ctx, id)
			return func() error { return s.handlePoll(jobs, slurm.Ahead{}, err) }
		}
	})
}

// handleGap handles what would start now instead of the job.
func (s *Session) handleGap(smaller slurm.Request, ok bool, err error) error {
	if s.status.snap.Node.Reported() || s.loop.ending {
		return nil // it came too late
	}
	s.loop.timers.poll.Reset(nextPoll(s.status.snap.Submitted, s.cfg.Timing.Poll))
	if err != nil {
		s.cfg.Log.Info("asking Slurm what is free", zap.Error(err))
		return nil
	}
	if w := s.status.snap.Waiting; w != nil && ok {
		found := *w
		found.Smaller = &smaller
		s.status.update(func(snap *Snapshot) { snap.Waiting = &found })
	}
	return nil
}

// handlePoll handles Slurm's answer while the job waits. No answer never means that
// the job has ended.
func (s *Session) handlePoll(jobs []slurm.Job, ahead slurm.Ahead, err error) error {
	if s.status.snap.Node.Reported() || s.loop.ending {
		return nil // it came too late
	}
	s.loop.timers.poll.Reset(nextPoll(s.status.snap.Submitted, s.cfg.Timing.Poll))
	switch {
	case fault.Is(err, fault.SlurmUnreachable):
		s.status.setNotice("Slurm's controller isn't responding; the job keeps its place in the queue. Retrying", false)
		return nil
	case err != nil:
		s.cfg.Log.Warn("asking Slurm about the job", zap.String("job", s.status.snap.JobID), zap.Error(err))
		return nil
	case len(jobs) == 0 || jobs[0].State.Ended():
		return errGone
	}
	tooMany := ahead.TooMany
	if tooMany { // it would be no shorter the next time
		s.job.polls.mayCount, ahead = false, slurm.Ahead{}
	}
	job := jobs[0]
	s.setTimeLimit(job.TimeLimit)
	if !job.State.Waiting() {
		if s.status.snap.State == Pending {
			s.loop.timers.jupyter.Reset(s.cfg.Timing.Jupyter)
		}
		s.status.setState(Starting, func(snap *Snapshot) { snap.Node.Name = job.Node })
		return nil
	}
	advice := job.Advice(s.job.partition, s.cfg.Request)
	waiting := &Waiting{Reason: string(job.Reason), Message: advice.Message, Advice: advice.Advice, Start: job.StartTime, Ahead: ahead}
	if before := s.status.snap.Waiting; before != nil {
		waiting.Smaller = before.Smaller
		if ahead == (slurm.Ahead{}) && !tooMany && before.Reason == waiting.Reason {
			waiting.Ahead = before.Ahead
		}
	}
	s.status.setState(Pending, func(snap *Snapshot) { snap.Waiting = waiting })
	return nil
}

// nextPoll returns the pause before the next query: a minute at first, then two, with
// jitter. It does not grow further, because only a query shows that an admin has
// cancelled the job.
func nextPoll(submitted time.Time, pause time.Duration) time.Duration {
	if time.Since(submitted) > 10*pause {
		pause *= 2
	}
	return pause + rand.N(pause/4+1)
}
