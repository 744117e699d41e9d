package profile

import (
	"fmt"
	"time"
)

// The shortest, the usual and the longest time for which a job goes on without a
// sign of its owner.
const (
	DefaultGrace = 15 * time.Minute
	LongestGrace = 4 * time.Hour
)

// shortest is ShortestGrace. Tests of the whole program link it with a shorter
// one (-ldflags -X), so that they need not wait for a minute.
var shortest = "1m"

// ShortestGrace is the shortest grace that a job can have.
func ShortestGrace() time.Duration {
	d, err := time.ParseDuration(shortest)
	if err != nil {
		return time.Minute
	}
	return d
}

// ParseGrace reads a length of time as [ParseDuration] does and refuses what no
// job can have as its grace: less than a minute or more than 4 h.
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
