package terminal

import (
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

// story tells a session's life in lines: one for each stage that is reached, and
// a live line for what is waited for. It is used by one goroutine.
type story struct {
	screen *screen
	now    func() time.Time
	taken  bool // the kernel was there before
	last   protocol.Session
	why    string // the pending reason told last
}

// session tells what is new in s.
func (t *story) session(s protocol.Session) {
	before := t.last
	t.last = s
	if s.JobID != "" && s.JobID != before.JobID {
		t.submitted(s)
	}
	if s.State == protocol.StatePending {
		t.pending(s)
		return
	}
	if s.State != before.State {
		t.entered(s, before.State)
	}
	switch {
	case s.MemoryKills > before.MemoryKills:
		t.screen.line("%s  %s", t.time(), sentence(capital(s.Notice))) // each of them, though the words stay the same
	case s.Notice != "" && s.Notice != before.Notice:
		t.screen.line("Note: %s", s.Notice)
	}
}

// progress puts the server's own words for what it does now on the live line, while
// something is waited for that the session itself does not tell better.
func (t *story) progress(message string) {
	told := t.last.State == protocol.StateReady || t.last.Pending != nil
	if message != "" && !told {
		t.screen.wait(message, true)
	}
}

func (t *story) entered(s protocol.Session, before protocol.SessionState) {
	switch s.State {
	case protocol.StateConnecting:
		t.screen.wait(fmt.Sprintf("Connecting to %s…", account(s)), false)
	case protocol.StateSubmitting:
		t.screen.line("Connected to %s.", account(s))
		t.screen.wait(fmt.Sprintf("Asking Slurm for %s…", power(s)), false)
	case protocol.StateStarting:
		t.screen.line("%s is running on %s.", capital(job(s.JobID)), s.Node)
		t.screen.wait("Starting Jupyter…", false)
	case protocol.StateReady:
		t.ready(s, before)
	case protocol.StateDisconnected:
		t.screen.line("%s  Lost connection to %s. Reconnecting; the kernel keeps running.", t.time(), s.Host)
		t.screen.wait("Reconnecting…", false)
	}
}

func (t *story) ready(s protocol.Session, before protocol.SessionState) {
	if before == protocol.StateDisconnected {
		t.screen.wait("", false)
		t.screen.line("%s  Reconnected.", t.time())
		return
	}
	t.screen.wait("", false)
	t.screen.line("Jupyter is running.")
}

func (t *story) submitted(s protocol.Session) {
	if t.taken {
		t.screen.line("Taking over job %s on %s.", s.JobID, dash(s.Title))
		return
	}
	where := ""
	if s.Partition != "" {
		where = ", partition " + s.Partition
	}
	t.screen.line("Slurm has accepted job %s: %s%s.", s.JobID, power(s), where)
	t.screen.wait(fmt.Sprintf("Job %s is waiting in the queue…", s.JobID), false)
}

func (t *story) pending(s protocol.Session) {
	if s.Pending == nil || s.Pending.Message == "" {
		return
	}
	why := "Job " + s.JobID + " is waiting: " + sentence(s.Pending.Message)
	if s.Pending.Advice != "" {
		why += " " + sentence(s.Pending.Advice)
	}
	if at := s.Pending.EstimatedStart; at != nil && at.After(t.now()) {
		why += fmt.Sprintf(" Slurm expects it to start at %s (in %s).", clock(*at, t.now()), units.Duration(at.Sub(t.now())))
	}
	// The estimate moves by the minute: only another reason is worth another line.
	if s.Pending.Reason+s.Pending.Message != t.why {
		t.why = s.Pending.Reason + s.Pending.Message
		t.screen.line("%s", why)
	}
	t.screen.wait(fmt.Sprintf("Job %s is waiting (%s)…", s.JobID, s.Pending.Reason), true)
}

// place tells where cells run, how to get there and how to end it.
func (t *story) place(r protocol.KernelStartResult) {
	s := r.Session
	until := ""
	if s.EndsAt != nil {
		until = fmt.Sprintf(", until %s", clock(*s.EndsAt, t.now()))
	}
	t.screen.line("")
	t.screen.line("Cells run on %s, in %s, with %s%s.", s.Node, s.WorkingDirectory, power(s), until)
	t.screen.line("Cells see only files on the cluster: copy what you need to %s first.", s.Host)
	t.screen.line("Link (works once): %s", r.Link)
	t.screen.line("Press Ctrl+C to stop the kernel and release the node.")
}

// time stands before what happens while a user may be away.
func (t *story) time() string { return t.now().Format("15:04") }

// released says what became of a job, and whether that is certain.
func released(r protocol.Release, s protocol.Session) string {
	id := job(r.JobID)
	switch r.Outcome {
	case protocol.ReleaseDone:
		return fmt.Sprintf("Stopped: Slurm has cancelled %s.", id)
	case protocol.ReleaseNodeFree:
		return fmt.Sprintf("Stopped: %s has ended and its node is free.", id)
	case protocol.ReleaseNoJob:
		return "Nothing to stop: the job does not exist or has ended."
	case protocol.ReleaseUnconfirmed:
		return fmt.Sprintf("Warning: Slurm did not confirm that %s was cancelled. It stops by itself within %s.", id, grace(s))
	}
	if r.Message != "" {
		return sentence(r.Message)
	}
	return fmt.Sprintf("%s: %s.", capital(id), r.Outcome)
}

// confirmed is false when one of the releases is not certain.
func confirmed(list []protocol.Release) bool {
	for _, r := range list {
		if r.Outcome == protocol.ReleaseUnconfirmed {
			return false
		}
	}
	return true
}
