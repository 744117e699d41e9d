package session

import (
	"slices"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/slurm"
)

// TestQueueLooks has what the looks of a long wait ask, once a minute.
func TestQueueLooks(t *testing.T) {
	const j, a, g = lookAtJob, lookAhead, lookGap
	soon := time.Now().Add(time.Hour)
	priority, other := &Waiting{Reason: "Priority"}, &Waiting{Reason: "JobHeldUser", Start: soon}
	behind := &Waiting{Reason: "Priority", Ahead: slurm.Ahead{Jobs: 3, FirstStart: soon}}
	next, unexpected := &Waiting{Reason: "Resources", Start: soon}, &Waiting{Reason: "Resources"}
	found := &Waiting{Reason: "Resources", Start: soon, Smaller: &slurm.Request{CPUs: 1}}
	for _, test := range []struct {
		name    string
		looks   queueLooks
		waiting *Waiting // from the second look on
		want    []look
	}{
		{"others come first, and none is expected to start", queueLooks{mayCount: true}, priority, []look{a, j, j, j, j, a, j, j, j, j, a}},
		{"others come first", queueLooks{mayCount: true}, behind, []look{a, g, j, g, j, g, a, j, j}},
		{"a large site", queueLooks{}, priority, []look{j, j, j, j, j, j}},
		{"it comes next", queueLooks{}, next, []look{j, g, j, g, j, g, j, j, j}},
		{"it comes next, and no start is expected", queueLooks{mayCount: true}, unexpected, []look{a, j, j, j, j, j, j, j}},
		{"something smaller is known", queueLooks{}, found, []look{j, j, j, j}},
		{"it is on hold", queueLooks{mayCount: true}, other, []look{a, j, j, j, j, j, j}},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := time.Now()
			var got []look
			var waiting *Waiting
			for range test.want {
				got = append(got, test.looks.next(waiting, "compute", now))
				now, waiting = now.Add(time.Minute), test.waiting
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	adopted := queueLooks{mayCount: true}
	if got := adopted.next(next, "", time.Now()); got != lookAtJob {
		t.Errorf("without a partition: %v", got)
	}
}
