package slurm

import (
	"strconv"
	"strings"
	"time"
)

// valueOf returns s, or "" if it is one of Slurm's words for none.
func valueOf(s string) string {
	switch s = strings.TrimSpace(s); s {
	case "(null)", "N/A", "n/a", "None", "NONE", "Unknown", "UNKNOWN", "NOT_SET", "INVALID", "None assigned":
		return ""
	}
	return s
}

// maxDays bounds a duration in days, far above any of Slurm's (its minutes are
// 32 bits wide) and far below overflow.
const maxDays = 100_000

// duration reads Slurm's durations: "MM:SS", "H:MM:SS", "D-HH:MM:SS", and
// bare minutes. It returns 0 for UNLIMITED, NOT_SET and anything invalid.
func duration(s string) time.Duration {
	days, clock, hasDays := strings.Cut(strings.TrimSpace(s), "-")
	if !hasDays {
		days, clock = "0", days
	}
	parts := strings.Split(clock, ":")
	// From the right: seconds, minutes, hours; but a single number is minutes,
	// and after days the first is hours.
	units := []time.Duration{time.Hour, time.Minute, time.Second}
	switch {
	case len(parts) > 3:
		return 0
	case hasDays:
	case len(parts) == 1:
		units = units[1:2]
	default:
		units = units[3-len(parts):]
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > maxDays {
		return 0
	}
	d := time.Duration(n) * 24 * time.Hour
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || time.Duration(n) > maxDays*24*time.Hour/units[i] {
			return 0
		}
		d += time.Duration(n) * units[i]
	}
	return d
}

// instant reads a time stamp that a command printed with TZ=UTC0; zero for none.
func instant(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05", strings.TrimSpace(s))
	if err != nil {
		return time.Time{}
	}
	return t
}
