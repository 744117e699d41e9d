package session

import (
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session/remote"
)

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
