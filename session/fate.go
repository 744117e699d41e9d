package session

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
)

// fate finds out why the job is over: what the job itself left word of comes
// first, then what Slurm says. It never returns nil.
func (s *Session) fate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	unknown := &fault.Error{
		Code: fault.JobEnded, Tried: "keeping job " + s.snap.JobID, Answer: "it is over, and neither the job nor Slurm says why",
		Advice: "Start a new kernel; if it happens again, ask the site's support about the job.",
	}
	for gap := 200 * time.Millisecond; ; gap = min(2*gap, 5*time.Second) {
		if word := s.lastWord(ctx); word != nil {
			s.over = true
			if f, ok := errors.AsType[*fault.Error](word); ok && f.Code == fault.JupyterDied && s.wasReady() {
				f.Tried = "running Jupyter in job " + s.snap.JobID
			}
			return s.inFigures(word)
		}
		job, err := s.job(ctx)
		if ctx.Err() == nil {
			switch {
			case fault.Is(err, fault.SlurmUnknownJob):
				s.over = true
				return unknown
			case err == nil && job.State.Waiting() && s.node.Name != "": // s.over stays false: it is cancelled there
				return requeued(job)
			case err == nil && job.State.Over():
				s.over = true
				return s.inFigures(endOf(job))
			case err != nil:
				s.cfg.Log.Info("asking how the job ended", zap.String("job", s.snap.JobID), zap.Error(err))
			}
		}
		if !pause(ctx, gap) {
			if ctx.Err() != nil && context.Cause(ctx) != context.DeadlineExceeded {
				return context.Cause(ctx)
			}
			return unknown
		}
	}
}

// requeued is the end of a run that Slurm does not call the end of the job.
func requeued(job slurm.Job) error {
	f := failures["requeued"]
	f.Answer = "Slurm ended it and put job " + job.ID + " back into the queue"
	f.Advice = "Start a new kernel; the variables of this one are gone."
	return &f
}

// cannotTell is the exit code of a job that could not write to its folder.
const cannotTell = 73 // EX_CANTCREAT of sysexits.h(3)

// endOf is how a job that left no word ended.
func endOf(job slurm.Job) error {
	if job.State == slurm.StateFailed && job.ExitCode == cannotTell {
		f := failures["home-not-writable"]
		f.Tried, f.Answer = "starting job "+job.ID, "the job could not write to ~/.sunpyter in your home directory on the cluster"
		return &f
	}
	return job.End()
}

// job asks Slurm for the job, also when it has left the queue.
func (s *Session) job(ctx context.Context) (slurm.Job, error) {
	jobs, err := s.slurm().Queue(ctx, s.snap.JobID)
	if err != nil {
		return slurm.Job{}, err
	}
	if len(jobs) == 1 && !jobs[0].State.Over() {
		return jobs[0], nil
	}
	return s.slurm().Finished(ctx, s.snap.JobID)
}

// isOver asks Slurm once whether the job is over. No answer is no "yes".
func (s *Session) isOver(ctx context.Context) (bool, error) {
	job, err := s.job(ctx)
	if fault.Is(err, fault.SlurmUnknownJob) {
		return true, nil
	}
	return err == nil && (job.State.Over() || job.State.Leaving()), err
}

// lastWord reads what the job wrote of its own end: a failed start, or a lease
// that ran out. nil when there is nothing.
func (s *Session) lastWord(ctx context.Context) error {
	id := slurm.Quote(s.cfg.ID)
	text, err := runScript(ctx, s.login,
		`grep -h '^failed ' "$HOME/.sunpyter/sessions/"`+id+`/ready 2>/dev/null; [ ! -s "$HOME/.sunpyter/ended/"`+id+` ] || printf "ended %s %s\n" `+id+` "$(cat "$HOME/.sunpyter/ended/"`+id+`)"; exit 0`)
	if err != nil {
		return nil
	}
	line, _, _ := strings.Cut(text, "\n")
	verb, rest := words(line)
	switch verb {
	case "failed":
		return failure(rest)
	case "ended":
		if e, ok := parseEnded(rest); ok {
			return e.Cause.Err()
		}
	}
	return nil
}
