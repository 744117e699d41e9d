package session

import (
	"context"
	"time"

	"github.com/sa2c/sunpyter/session/nodeconn"
	"github.com/sa2c/sunpyter/session/remote"
)

// event waits for one event and handles it. The session's goroutine waits here in every
// state, and blocks nowhere else. The error ends the session.
func (s *Session) event(ctx context.Context) error {
	w := s.node.conn()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case apply := <-s.loop.results:
		s.loop.running--
		return apply()

	case grace := <-s.loop.inbox.leave:
		s.leave(grace)
	case <-s.loop.inbox.keep:
		s.activity.keep()
		s.status.setIdleEnd(s.activity.endsAt)
	case <-s.loop.inbox.reconnect:
		s.loop.retryNow = true

	case line, open := <-s.dir.Lines():
		return s.dirLine(line, open)
	case line, open := <-w.Lines():
		return s.agentLine(w, line, open)
	case <-w.Done():
		s.node.lost = true

	case <-s.loop.timers.ownerCheck.C:
		return s.checkOwner()
	case <-s.loop.timers.renew.C:
		s.renewLease()
	case <-s.loop.timers.poll.C:
		s.pollSlurm(ctx)
	case <-s.activity.due.C:
		s.pollActivity(ctx)
	case <-s.loop.timers.jupyter.C:
		return jupyterSilent(s.status.snap.JobID, s.cfg.Timing.Jupyter, s.status.notices.step)
	case <-s.loop.timers.pause.C:
		s.loop.pauseOver = true
	}
	return nil
}

// checkOwner checks whether the session is still ours, and whether this computer slept.
func (s *Session) checkOwner() error {
	s.loop.timers.ownerCheck.Reset(s.cfg.Timing.OwnerCheck)
	s.loop.checkSleep(s.cfg.Timing.OwnerCheck)
	if s.loop.ending {
		return nil
	}
	return s.owner.check()
}

// leave renews the lease for the last time, because the owner is leaving.
func (s *Session) leave(grace time.Duration) {
	if s.loop.ending {
		return
	}
	s.owner.markLeaving()
	s.lease.shortenFor(grace, s.login != nil && s.login.NeedsUserAction())
	s.sendLease()
}

// renewLease renews the lease, unless the owner is leaving: then it expires if no other
// owner takes over. A connection without acknowledgements counts as lost.
func (s *Session) renewLease() {
	interval := s.cfg.Timing.Renew
	if s.status.snap.State == Pending {
		interval = s.cfg.Timing.PendingRenew
	}
	s.loop.timers.renew.Reset(interval)
	s.status.showStep()
	switch {
	case s.lease.frozen || s.loop.ending:
	case s.node.conn() != nil && s.lease.hangs():
		s.node.lost = true
	default:
		s.sendLease()
		s.askUse()
	}
}

// sendLease sends the current lease to the job or, while that is pending, to the session
// directory, which a running job may be removing. Without either, the lease is sent as
// soon as there is a connection again.
func (s *Session) sendLease() {
	if w := s.node.conn(); w != nil {
		s.node.lost = w.Renew(s.lease.next()) != nil
	} else if s.dir != nil && !s.status.snap.Node.Reported() {
		_ = s.dir.Send("renew %d", int(s.lease.grace.Seconds())) // a broken link shows in Lines
	}
}

// dirLine handles a line of the session directory, which the job writes.
func (s *Session) dirLine(line string, open bool) error {
	if !open {
		s.dir.Close()
		s.dir = nil
		return nil
	}
	switch line {
	case "gone":
		return errGone
	case "taken":
		return s.owner.takenOver()
	}
	if verb, rest := remote.Cut(line); verb == "progress" {
		s.status.setStep(rest)
		return nil
	}
	complete, err := remote.ReadNodeLine(&s.job.reading, line)
	if err != nil {
		s.job.ended = true
		return err
	}
	if complete && !s.status.snap.Node.Reported() {
		s.jobStarted(s.job.reading)
	}
	return nil
}

// agentLine handles a line of the agent in the job.
func (s *Session) agentLine(w *nodeconn.Conn, line string, open bool) error {
	if !open {
		s.node.lost = true
		return nil
	}
	switch verb, rest := remote.Cut(line); verb {
	case "renewed":
		s.lease.ack(rest)
	case "memory":
		s.memoryKilled(rest)
	case "gpu":
		s.job.gpuLines = append(s.job.gpuLines, rest)
	case "given":
		s.judgeGiven(rest)
	case "loopback", "skipped", "kernelspec", "slow-environment", "idle-settings":
		s.status.addNotice(remote.Notice(verb, rest))
	case "socket":
		w.Preopen()
	case "shells":
		w.ShellsReported(rest)
	case "use":
		s.useReported(w, rest)
	case "used":
		s.activity.shellUsed(rest)
	case "jupyter":
		return s.node.setJupyter(rest)
	case "gone":
		return errGone
	case "taken":
		return s.owner.takenOver()
	}
	return nil
}
