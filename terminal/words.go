package terminal

import (
	"fmt"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/protocol"
)

// count returns "1 CPU", "2 CPUs".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clock returns a moment as the user's own clock shows it, with the day where it is not today.
func clock(at, now time.Time) string {
	at = at.In(now.Location())
	if at.Year() == now.Year() && at.YearDay() == now.YearDay() {
		return at.Format("15:04")
	}
	return at.Format("Mon 2 Jan 15:04")
}

// power returns what a session has: "2 CPUs, 4 GiB".
func power(s protocol.Session) string {
	if s.CPUs == 0 {
		return "a compute node" // nothing is settled yet
	}
	parts := []string{count(s.CPUs, "CPU")}
	if s.MemoryMiB > 0 {
		parts = append(parts, units.Memory(s.MemoryMiB))
	}
	if s.GPUs != "" {
		parts = append(parts, "GPU "+s.GPUs)
	}
	return strings.Join(parts, ", ")
}

// grace returns how long a session's job goes on without a sign of this computer.
func grace(s protocol.Session) string {
	if s.GraceSeconds == 0 {
		return "15 min by default"
	}
	return units.Duration(time.Duration(s.GraceSeconds) * time.Second)
}

// job returns "job 123", or "the job" before it has a number.
func job(id string) string {
	if id == "" {
		return "the job"
	}
	return "job " + id
}

// account returns "alice@host", or the host alone.
func account(s protocol.Session) string {
	if s.User == "" {
		return s.Host
	}
	return s.User + "@" + s.Host
}

// capital returns text with its first letter, an ASCII one, as a capital.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// sentence returns text with a full stop, unless it has an end already.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?:") {
		return text
	}
	return text + "."
}
