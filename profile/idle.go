package profile

import (
	"fmt"
	"time"
)

// After how long a kernel is given back that nobody uses.
const (
	DefaultIdle = time.Hour
	LongestIdle = 7 * 24 * time.Hour

	// NeverIdle is the value of kernels that are never given back for that.
	NeverIdle time.Duration = -1

	shortestIdle = time.Minute
)

// ParseIdle reads a length of time as [ParseDuration] does, from a minute to 7 days, or
// the word off, which gives [NeverIdle].
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

func setIdle(p *Profile, value any) error {
	word, err := toString(value)
	if err != nil {
		return err
	}
	d, err := ParseIdle(word)
	if err == nil {
		p.Idle = d
	}
	return err
}
