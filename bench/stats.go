package main

import (
	"fmt"
	"slices"
	"time"
)

// sample has repeated measurements.
type sample []time.Duration

// at returns the figure that a share p of the sample does not exceed; p from 0 to 1.
func (s sample) at(p float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

func (s sample) median() time.Duration { return s.at(0.5) }
func (s sample) worst() time.Duration  { return s.at(1) }

// String is median and worst in seconds, for the table.
func (s sample) String() string {
	if len(s) == 1 {
		return fmt.Sprintf("%.2f s", s[0].Seconds())
	}
	return fmt.Sprintf("%.2f s (%.2f)", s.median().Seconds(), s.worst().Seconds())
}

// quantiles are those that are shown where there are many measurements.
var quantiles = []struct {
	name string
	at   float64
}{{"median", 0.5}, {"p90", 0.9}}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
