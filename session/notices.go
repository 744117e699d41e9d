package session

import (
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// What a user reads while Jupyter does not answer, over a link that works.
const (
	unresponsiveNotice = "Jupyter isn't responding: it is very busy, or it hangs. If that continues, stop this kernel and start another"
	suspendedNotice    = "Slurm has suspended the job, so Jupyter isn't responding; the kernel continues when the job does"
)

// notices decides which one notice the user sees.
type notices struct {
	current         string     // for as long as the state lasts
	needsUserAction bool       // current asks for something
	unresponsive    string     // Jupyter does not answer; "": it does
	sticky          string     // for as long as the kernel is ready
	code            fault.Code // of the first fault in sticky; "": none has one
	step            setupStep
}

// shown returns the notice in a state, and its code.
func (n *notices) shown(state State) (text string, code fault.Code) {
	switch {
	case n.current != "" || state != Ready:
		return n.current, ""
	case n.unresponsive != "":
		return n.unresponsive, ""
	}
	return n.sticky, n.code
}

// reset drops what a new state makes obsolete.
func (n *notices) reset() { n.current, n.needsUserAction, n.unresponsive = "", false, "" }

// add keeps a notice for as long as the kernel is ready, and shows it.
func (n *notices) add(notice string) {
	n.unresponsive = ""
	switch {
	case n.sticky == "":
		n.sticky = notice
	case !strings.Contains(n.sticky, notice):
		n.sticky += "; " + notice
	}
}

// addFault keeps a notice with a code.
func (n *notices) addFault(f *fault.Error) {
	if n.code == "" {
		n.code = f.Code
	}
	n.add(f.Answer + ". " + strings.TrimSuffix(f.Advice, "."))
}

// showNotices updates the snapshot after a change of the notices.
func (st *status) showNotices() {
	text, code := st.notices.shown(st.snap.State)
	if text != st.snap.Notice || code != st.snap.NoticeCode || st.notices.needsUserAction != st.snap.NeedsUserAction {
		st.update(func(*Snapshot) {})
	}
}

// setNotice shows a notice for as long as the state lasts.
func (st *status) setNotice(text string, needsUserAction bool) {
	st.notices.current, st.notices.needsUserAction = text, needsUserAction
	st.showNotices()
}

// addNotice shows a notice for as long as the kernel is ready.
func (st *status) addNotice(notice string) {
	st.notices.add(notice)
	st.showNotices()
}

// mostMemory returns the most memory that a job of the partition may have on one node, in
// MiB, from its limit or else its average per node; 0: not known.
func mostMemory(p slurm.Partition) int {
	switch {
	case p.MaxMemPerNodeMiB > 0:
		return p.MaxMemPerNodeMiB
	case p.TotalNodes > 0:
		return p.TotalMemoryMiB / p.TotalNodes
	}
	return 0
}

// memoryKilled handles "KILLS LIMIT" of the agent: a process of the job was killed for
// its memory, and Jupyter still runs. The limit is that of the job's cgroup.
func (s *Session) memoryKilled(rest string) {
	kills, had, ok := remote.ParseMemoryKills(rest)
	if !ok || kills <= s.status.snap.MemoryKills {
		return
	}
	m := remote.Memory{HadMiB: had, MostMiB: mostMemory(s.job.partition)}
	s.status.notices.addFault(m.Error("a kernel"))
	s.status.update(func(snap *Snapshot) {
		snap.MemoryMiB, snap.MemoryKills, snap.SuggestedMemoryMiB = had, kills, m.More()
	})
	s.owner.update(func(rec *store.Record) { rec.MemoryKills = kills })
}

// judgeGiven compares what the job has with what was asked for, and adds a notice of all that
// differs.
func (s *Session) judgeGiven(rest string) {
	req := s.cfg.Request
	asked := remote.Asked{CPUs: req.CPUs, MemoryMiB: req.MemoryMiB, GPUs: req.GPUCount()}
	for _, f := range remote.GivenFaults(s.job.gpuLines, rest, asked, s.status.snap.Node.Name) {
		s.cfg.Log.Warn("the job differs from what was asked for", zap.String("session", s.cfg.ID), zap.String("code", string(f.Code)), zap.String("what", f.Answer))
		s.status.notices.addFault(f)
	}
	if given, limit := remote.GivenTime(rest), s.status.snap.TimeLimit; s.setTimeLimit(given) {
		s.status.notices.add("Slurm gave the job a time limit of " + units.Duration(given) + " instead of " + units.Duration(limit) + ": the site's rules or an option for sbatch changed it")
	}
	s.job.gpuLines = nil
	s.status.showNotices()
}

// setTimeLimit corrects the time limit if Slurm reports another one for the job, and says whether it did: a site's own
// rules (job_submit), --time-min and scontrol update change it.
func (s *Session) setTimeLimit(limit time.Duration) bool {
	asked := (s.status.snap.TimeLimit + time.Minute - 1).Truncate(time.Minute) // as slurm.Request.Options
	if limit <= 0 || asked == 0 || limit.Round(time.Minute) == asked {
		return false
	}
	s.status.update(func(snap *Snapshot) { snap.TimeLimit = limit })
	s.owner.update(func(rec *store.Record) { rec.TimeLimit = limit })
	return true
}

// setupStep is the step of the set-up that runs in the job, as the job reports it.
type setupStep struct {
	title string // in base64; "": none was reported
	since time.Time
	shown time.Duration // how long it had run when that was last shown
}

// setStep records a step that the job has reported.
func (st *status) setStep(encoded string) {
	st.notices.step = setupStep{title: encoded, since: time.Now()}
	if st.snap.State == Starting {
		st.setNotice("", false)
	}
}

// describe returns the step and how long it has run, or "".
func (step setupStep) describe() string {
	if step.title == "" {
		return ""
	}
	return remote.Text(step.title) + ", for " + units.Duration(time.Since(step.since).Truncate(time.Second))
}

// showStep shows the step that runs, if it takes long: after 10 and 30 s, then each
// minute. It is called when the lease is renewed.
func (st *status) showStep() {
	step := &st.notices.step
	if st.snap.State != Starting || step.title == "" {
		return
	}
	took := time.Since(step.since)
	due := step.shown + time.Minute
	switch {
	case step.shown < 10*time.Second:
		due = 10 * time.Second
	case step.shown < 30*time.Second:
		due = 30 * time.Second
	}
	if took < due-time.Second {
		return
	}
	step.shown = took
	st.setNotice("Preparing the kernel on "+st.snap.Node.Name+": "+step.describe(), false)
}
