package terminal

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

// table returns rows of cells in columns.
func table(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, cells := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush()
	return strings.TrimRight(b.String(), "\n")
}

// clockText returns a time in the user's time zone, with the day if it is not today.
func clockText(at, now time.Time) string {
	at = at.In(now.Location())
	if at.Year() == now.Year() && at.YearDay() == now.YearDay() {
		return at.Format("15:04")
	}
	return at.Format("Mon 2 Jan 15:04")
}

// requestText returns what a request asks for: "2 CPUs, 4 GB, 2 h".
func requestText(r protocol.KernelRequest) string {
	parts := []string{units.Count(max(r.CPUs, 1), "CPU")}
	if r.MemoryMiB > 0 {
		parts = append(parts, units.Memory(r.MemoryMiB))
	}
	if r.TimeLimitSeconds > 0 {
		parts = append(parts, units.Duration(time.Duration(r.TimeLimitSeconds)*time.Second))
	}
	if r.GPUs != "" {
		parts = append(parts, "GPU "+r.GPUs)
	}
	return strings.Join(parts, ", ")
}

// resourcesText returns a session's resources: "2 CPUs, 4 GB".
func resourcesText(s protocol.Session) string {
	if s.CPUs == 0 {
		return "a compute node" // not known yet
	}
	return requestText(protocol.KernelRequest{CPUs: s.CPUs, MemoryMiB: s.MemoryMiB, GPUs: s.GPUs})
}

// graceText returns how long a session's job runs while this computer is offline.
func graceText(s protocol.Session) string {
	if s.GraceSeconds == 0 {
		return "15 min by default"
	}
	return units.Duration(time.Duration(s.GraceSeconds) * time.Second)
}

// jobText returns "job 123", or "the job" before it has a number.
func jobText(id string) string {
	if id == "" {
		return "the job"
	}
	return "job " + id
}

// accountText returns "alice@host", or the host alone.
func accountText(s protocol.Session) string {
	if s.User == "" {
		return s.Host
	}
	return s.User + "@" + s.Host
}

// capital returns text with its first letter (ASCII) in upper case.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// sentence returns text with a full stop, unless it already ends with punctuation.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?:") {
		return text
	}
	return text + "."
}
