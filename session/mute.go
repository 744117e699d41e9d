package session

import (
	"context"
	"errors"

	"github.com/sa2c/sunpyter/slurm"
)

// What a person reads while Jupyter does not answer, over a link that works.
const (
	muteNotice      = "Jupyter does not answer now: it is very busy, or it hangs. If it stays so, stop this kernel and start another"
	suspendedNotice = "Slurm has suspended the job, so Jupyter does not answer; the kernel goes on when the job does"
)

// notAnswered reports whether a look ended because no answer came in time.
func notAnswered(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// whyMute asks Slurm why a Jupyter may not answer.
func whyMute(ctx context.Context, client *slurm.Client, job string) string {
	jobs, err := client.Queue(ctx, job)
	if err == nil && len(jobs) == 1 && jobs[0].State == slurm.StateSuspended {
		return suspendedNotice
	}
	return muteNotice
}

// setMute tells that Jupyter does not answer, or with no notice that it does again.
func (s *Session) setMute(notice string) {
	if notice == s.mute {
		return
	}
	s.mute = notice
	if notice == "" {
		notice = s.lasting
	}
	s.update(func(snap *Snapshot) { snap.Notice = notice })
}
