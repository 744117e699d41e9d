package profile

import (
	"fmt"
	"time"

	"github.com/sa2c/sunpyter/internal/units"
)

const (
	// DefaultGrace is for how long a job runs after its last lease renewal.
	DefaultGrace = 15 * time.Minute
	LongestGrace = 4 * time.Hour

	// DefaultIdle is after how long an unused kernel is stopped.
	DefaultIdle  = time.Hour
	LongestIdle  = 7 * 24 * time.Hour
	shortestIdle = time.Minute
	// NeverIdle disables the idle limit.
	NeverIdle time.Duration = -1

	// shortestStart and longestStart bound StartTimeout.
	shortestStart = 10 * time.Second
	longestStart  = 2 * time.Hour
)

// shortest is ShortestGrace. Tests of the whole program set a shorter one with
// -ldflags -X, so that they need not wait for a minute.
var shortest = "1m"

// ShortestGrace returns the shortest grace that a job can have.
func ShortestGrace() time.Duration {
	d, err := time.ParseDuration(shortest)
	if err != nil {
		return time.Minute
	}
	return d
}

// ParseGrace reads a duration as [ParseDuration] does, from a minute to 4 h.
func ParseGrace(text string) (time.Duration, error) {
	return parseBetween(text, ShortestGrace(), LongestGrace, shortest+" and 4h")
}

// ParseIdle reads a duration as [ParseDuration] does, from a minute to 7 days, or
// "off", for which it returns [NeverIdle].
func ParseIdle(text string) (time.Duration, error) {
	if text == "off" {
		return NeverIdle, nil
	}
	return parseBetween(text, shortestIdle, LongestIdle, "1m and 7d, or off")
}

func parseStartTimeout(text string) (time.Duration, error) {
	return parseBetween(text, shortestStart, longestStart, units.Duration(shortestStart)+" and "+units.Duration(longestStart))
}

// parseBetween reads a duration from least to most, which limits names for a message.
func parseBetween(text string, least, most time.Duration, limits string) (time.Duration, error) {
	d, err := ParseDuration(text)
	if err == nil && (d < least || d > most) {
		return 0, fmt.Errorf("%q is not between %s", text, limits)
	}
	return d, err
}
