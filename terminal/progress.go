package terminal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
)

// progressPrinter prints a session's life: a line for each stage reached, and a live line for what
// it waits for. Only one goroutine uses it.
type progressPrinter struct {
	screen     *console.Screen
	now        func() time.Time
	adopted    bool // taken over, not started
	last       protocol.Session
	lastReason string // the pending reason printed last
}

// printSession prints what has changed in s.
func (t *progressPrinter) printSession(s protocol.Session) {
	before := t.last
	t.last = s
	if s.JobID != "" && s.JobID != before.JobID {
		t.printSubmitted(s)
	}
	if s.State == protocol.StatePending {
		t.printPending(s)
		return
	}
	if s.State != before.State {
		t.printState(s, before.State)
	}
	switch {
	case s.MemoryKills > before.MemoryKills:
		t.screen.Line("%s  %s", t.time(), sentence(capital(s.Notice))) // each kill, even if the text is the same
	case s.Notice != "" && s.Notice != before.Notice:
		t.screen.Line("Note: %s", s.Notice)
	}
}

// setProgress shows the server's progress message on the live line, unless the session itself has
// better information.
func (t *progressPrinter) setProgress(message string) {
	better := t.last.State == protocol.StateReady || t.last.Pending != nil
	if message != "" && !better {
		t.screen.SetStatus(message, true)
	}
}

func (t *progressPrinter) printState(s protocol.Session, before protocol.SessionState) {
	switch s.State {
	case protocol.StateConnecting:
		t.screen.SetStatus(fmt.Sprintf("Connecting to %s…", accountText(s)), false)
	case protocol.StateSubmitting:
		t.screen.Line("Connected to %s.", accountText(s))
		t.screen.SetStatus(fmt.Sprintf("Asking Slurm for %s…", resourcesText(s)), false)
	case protocol.StateStarting:
		t.screen.Line("%s is running on %s.", capital(jobText(s.JobID)), s.Node)
		t.screen.SetStatus("Starting Jupyter…", false)
	case protocol.StateReady:
		t.printReady(before)
	case protocol.StateDisconnected:
		t.screen.Line("%s  Lost connection to %s. Reconnecting; the kernel keeps running.", t.time(), s.Host)
		t.screen.SetStatus("Reconnecting…", false)
	}
}

func (t *progressPrinter) printReady(before protocol.SessionState) {
	t.screen.SetStatus("", false)
	if before == protocol.StateDisconnected {
		t.screen.Line("%s  Reconnected.", t.time())
		return
	}
	t.screen.Line("Jupyter is running.")
}

func (t *progressPrinter) printSubmitted(s protocol.Session) {
	if t.adopted {
		t.screen.Line("Taking over job %s on %s.", s.JobID, dash(s.Title))
		return
	}
	where := ""
	if s.Partition != "" {
		where = ", partition " + s.Partition
	}
	t.screen.Line("Slurm has accepted job %s: %s%s.", s.JobID, resourcesText(s), where)
	if len(s.SiteDefaults) > 0 {
		t.screen.Line("Your login files on %s set %s.", dash(s.Title), strings.Join(s.SiteDefaults, ", "))
	}
	t.screen.SetStatus(fmt.Sprintf("Job %s is waiting in the queue…", s.JobID), false)
}

func (t *progressPrinter) printPending(s protocol.Session) {
	if s.Pending == nil || s.Pending.Message == "" {
		return
	}
	why := "Job " + s.JobID + " is waiting: " + sentence(s.Pending.Message)
	switch n := s.Pending.JobsAhead; {
	case n == 1:
		why += " In its partition, 1 job is ahead of it."
	case n > 1:
		why += fmt.Sprintf(" In its partition, %d jobs are ahead of it.", n)
	}
	if s.Pending.Advice != "" {
		why += " " + sentence(s.Pending.Advice)
	}
	if at := s.Pending.EstimatedStart; at != nil && at.After(t.now()) {
		why += fmt.Sprintf(" Slurm expects it to start at %s (in %s).", clockText(*at, t.now()), units.Duration(at.Sub(t.now())))
	}
	// The estimate changes every minute: print a new line only for another reason.
	if s.Pending.Reason+s.Pending.Message != t.lastReason {
		t.lastReason = s.Pending.Reason + s.Pending.Message
		t.screen.Line("%s", why)
	}
	t.screen.SetStatus(fmt.Sprintf("Job %s is waiting (%s)…", s.JobID, s.Pending.Reason), true)
}

// printReadyHelp prints where cells run, how to connect and how to stop.
func (t *progressPrinter) printReadyHelp(r protocol.KernelStartResult) {
	s := r.Session
	until := ""
	if s.EndsAt != nil {
		until = fmt.Sprintf(", until %s", clockText(*s.EndsAt, t.now()))
	}
	t.screen.Line("")
	environment := ""
	if s.Environment != "" {
		environment = "the environment " + s.Environment + ", "
	}
	t.screen.Line("Cells run on %s in %s, with %s%s%s.", s.Node, s.WorkingDirectory, environment, resourcesText(s), until)
	if r.Project == nil {
		t.screen.Line("Cells see only files on the cluster. To copy a folder there: sunpyter push DIR")
	}
	t.screen.Line("Link (works once): %s", r.Link)
	t.screen.Line("Press Ctrl+C to stop the kernel and release the node.")
}

// time returns the prefix of lines that may be printed while the user is away.
func (t *progressPrinter) time() string { return t.now().Format("15:04") }

// releaseText returns the outcome for a job, and whether it is confirmed.
func releaseText(r protocol.Release, s protocol.Session) string {
	id := jobText(r.JobID)
	switch r.Outcome {
	case protocol.ReleaseDone:
		return fmt.Sprintf("Stopped: Slurm has cancelled %s.", id)
	case protocol.ReleaseNodeFree:
		return fmt.Sprintf("Stopped: %s has ended and its node is free.", id)
	case protocol.ReleaseNoJob:
		return "Nothing to stop: the job does not exist or has ended."
	case protocol.ReleaseHandedOver:
		return fmt.Sprintf("Not stopped: another window or terminal uses %s.", id)
	case protocol.ReleaseUnconfirmed:
		return fmt.Sprintf("Warning: Slurm did not confirm that %s was cancelled. It stops by itself within %s.", id, graceText(s))
	}
	if r.Message != "" {
		return sentence(r.Message)
	}
	return fmt.Sprintf("%s: %s.", capital(id), r.Outcome)
}

// allConfirmed reports whether no release is unconfirmed.
func allConfirmed(list []protocol.Release) bool {
	return !slices.ContainsFunc(list, func(r protocol.Release) bool { return r.Outcome == protocol.ReleaseUnconfirmed })
}
