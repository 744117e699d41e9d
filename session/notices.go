package session

import "strings"

// What a user reads while Jupyter does not answer, over a link that works.
const (
	unresponsiveNotice = "Jupyter does not answer now: it is very busy, or it hangs. If it stays so, stop this kernel and start another"
	suspendedNotice    = "Slurm has suspended the job, so Jupyter does not answer; the kernel goes on when the job does"
)

// notices decides which one notice the user sees.
type notices struct {
	current      string // for as long as the state lasts
	needsPerson  bool   // current asks for something
	unresponsive string // Jupyter does not answer; "": it does
	sticky       string // for as long as the kernel is ready
}

// text returns the notice in a state.
func (n *notices) text(state State) string {
	switch {
	case n.current != "":
		return n.current
	case state != Ready:
		return ""
	case n.unresponsive != "":
		return n.unresponsive
	}
	return n.sticky
}

// reset drops what a new state makes obsolete.
func (n *notices) reset() { n.current, n.needsPerson, n.unresponsive = "", false, "" }

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
