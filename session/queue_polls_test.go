package session

import (
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/slurm"
)

// TestQueuePolls: what the polls of a long wait ask, once a minute.
func TestQueuePolls(t *testing.T) {
	const j, a, g = pollJob, pollAhead, pollGap
	soon := time.Now().Add(time.Hour)
	priority, other := &Waiting{Reason: "Priority"}, &Waiting{Reason: "JobHeldUser", Start: soon}
	behind := &Waiting{Reason: "Priority", Ahead: slurm.Ahead{Jobs: 3, FirstStart: soon}}
	next, unexpected := &Waiting{Reason: "Resources", Start: soon}, &Waiting{Reason: "Resources"}
	found := &Waiting{Reason: "Resources", Start: soon, Smaller: &slurm.Request{CPUs: 1}}
	for _, test := range []struct {
		name    string
		polls   queuePolls
		waiting *Waiting // from the second poll on
		want    []pollKind
	}{
		{"others come first, and none is expected to start", queuePolls{mayCount: true}, priority, []pollKind{a, j, j, j, j, a, j, j, j, j, a}},
		{"others come first", queuePolls{mayCount: true}, behind, []pollKind{a, g, j, g, j, g, a, j, j}},
		{"a large site", queuePolls{}, priority, []pollKind{j, j, j, j, j, j}},
		{"it comes next", queuePolls{}, next, []pollKind{j, g, j, g, j, g, j, j, j}},
		{"it comes next, and no start is expected", queuePolls{mayCount: true}, unexpected, []pollKind{a, j, j, j, j, j, j, j}},
		{"something smaller is known", queuePolls{}, found, []pollKind{j, j, j, j}},
		{"it is on hold", queuePolls{mayCount: true}, other, []pollKind{a, j, j, j, j, j, j}},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := time.Now()
			var got []pollKind
			var waiting *Waiting
			for range test.want {
				got = append(got, test.polls.next(waiting, "compute", now))
				now, waiting = now.Add(time.Minute), test.waiting
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	adopted := queuePolls{mayCount: true}
	if got := adopted.next(next, "", time.Now()); got != pollJob {
		t.Errorf("without a partition: %v", got)
	}
}

// TestLongQueueIsListedOnce: the jobs ahead in a queue that is too long are not counted again, and an earlier count is
// not kept, since nothing would renew it.
func TestLongQueueIsListedOnce(t *testing.T) {
	s := newSession(Config{ID: "k1", Log: zap.NewNop()}, 1)
	s.status.snap.State, s.job.polls.mayCount = Pending, true
	s.status.snap.Waiting = &Waiting{Reason: "Priority", Ahead: slurm.Ahead{Jobs: 3}}
	job := slurm.Job{ID: "12", State: slurm.StatePending, Reason: "Priority"}
	if err := s.handlePoll([]slurm.Job{job}, slurm.Ahead{TooMany: true}, nil); err != nil {
		t.Fatal(err)
	}
	w := s.Snapshot().Waiting
	if w == nil || w.Reason != "Priority" || w.Ahead != (slurm.Ahead{}) {
		t.Errorf("waiting: %+v", w)
	}
	if next := s.job.polls.next(w, "compute", time.Now()); next != pollJob {
		t.Errorf("the next poll is %v", next)
	}
}

// TestTimeLimitIsTheJobs: if the site gives the job another time limit, that counts for when the kernel ends.
func TestTimeLimitIsTheJobs(t *testing.T) {
	s := newSession(Config{ID: "k1", Log: zap.NewNop()}, 1)
	s.status.snap.State, s.status.snap.TimeLimit = Pending, 4*time.Hour
	for _, job := range []slurm.Job{{ID: "12", State: slurm.StatePending}, {ID: "12", State: slurm.StatePending, TimeLimit: 2 * time.Hour}} {
		if err := s.handlePoll([]slurm.Job{job}, slurm.Ahead{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if limit := s.Snapshot().TimeLimit; limit != 2*time.Hour {
		t.Errorf("by Slurm's answer: %s", limit)
	}
	s.status.setState(Ready)
	for _, given := range []string{"time=0", "time=7200", "time=7201", "time=99999999999", ""} {
		if s.judgeGiven(given); s.Snapshot().TimeLimit != 2*time.Hour || s.Snapshot().Notice != "" {
			t.Errorf("%q: %s, %q", given, s.Snapshot().TimeLimit, s.Snapshot().Notice)
		}
	}
	s.judgeGiven("time=300")
	if snap := s.Snapshot(); snap.TimeLimit != 5*time.Minute || snap.Notice != "Slurm gave the job a time limit of 5 min instead of 2 h: the site's rules or an option for sbatch changed it" {
		t.Errorf("by the job: %s, %q", snap.TimeLimit, snap.Notice)
	}
}
