package slurm

import "strings"

// Reason is Slurm's word for why a job waits, or why it ended: "Resources"; ""
// when it gives none.
type Reason string

// Kind is what a pending job needs.
type Kind string

// The kinds.
const (
	// KindWaits: the job starts by itself in time.
	KindWaits Kind = "waits"
	// KindUser: the user must change or do something.
	KindUser Kind = "user"
	// KindSite: the site's staff must do something.
	KindSite Kind = "site"
	// KindNever: this job never starts; end it and ask for something else.
	KindNever Kind = "never"
)

// meaning explains a reason in plain language. Words in braces are placeholders, see
// figures.
type meaning struct {
	kind            Kind
	message, advice string
}

// parseReason takes the word off the front of a reason: "ReqNodeNotAvail,
// UnavailableNodes:n1" has more behind a comma, and a held job may say
// "launch failed requeued held".
func parseReason(text string) (reason Reason, full string) {
	if text == "" {
		return "", ""
	}
	word := text
	if i := strings.IndexAny(text, ",: ("); i > 0 {
		word = text[:i]
	}
	spaced := strings.ReplaceAll(text, "_", " ")
	for phrase, reason := range phrases {
		if strings.EqualFold(spaced, phrase) {
			return reason, text
		}
	}
	return Reason(word), text
}

// phrases are reasons that Slurm writes as a sentence.
var phrases = map[string]Reason{
	"launch failed requeued held": "JobLaunchFailure",
	"job requeued in held state":  "JobHeldUser",
	"Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions": "Resources",
}

// find looks up the reason, then what it limits.
func (r Reason) find() (meaning, bool) {
	if m, ok := reasons[r]; ok {
		return m, true
	}
	return limitMeaning(string(r))
}

// Known reports whether the reason has an explanation.
func (r Reason) Known() bool { _, ok := r.find(); return ok }

// Kind returns what a job that waits for this reason needs; KindWaits for a reason
// that is not known, since Slurm took the job.
func (r Reason) Kind() Kind {
	if m, ok := r.find(); ok {
		return m.kind
	}
	return KindWaits
}
