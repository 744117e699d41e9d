package profile

import (
	"fmt"
	"time"
)

// After how long an unused kernel is stopped.
const (
	DefaultIdle = time.Hour
	LongestIdle = 7 * 24 * time.Hour

	// NeverIdle disables the idle limit.
	NeverIdle time.Duration = -1

	shortestIdle = time.Minute
)

// ParseIdle reads a duration as [ParseDuration] does, from a minute to 7 days, or
// "off", for which it returns [NeverIdle].
func ParseIdle(text string) (time.Duration, error) {
	if text == "off" {
		return NeverIdle, nil
	}
	d, err := ParseDuration(text)
	if err != nil {
		return 0, err
	}
	if d < shortestIdle || d > LongestIdle {
		return 0, fmt.Errorf("%q is not between 1m and 7d, or off", text)
	}
	return d, nil
}
