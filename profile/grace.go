package profile

import (
	"fmt"
	"time"
)

// The default and the longest time for which a job runs after its last lease renewal.
const (
	DefaultGrace = 15 * time.Minute
	LongestGrace = 4 * time.Hour
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
	d, err := ParseDuration(text)
	if err != nil {
		return 0, err
	}
	if d < ShortestGrace() || d > LongestGrace {
		return 0, fmt.Errorf("%q is not between %s and 4h", text, shortest)
	}
	return d, nil
}
