package slurm

import (
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// aheadRow is a line of squeue in the form of aheadFields.
func aheadRow(id, state, reason, user, priority string) string {
	return strings.Join([]string{id, state, reason, "", "", "0:00", "4:00:00", "4:00:00", "2026-11-28T20:00:00", "N/A", "2026-11-28T19:00:00",
		"4", "compute", "cdt", "normal", user, priority}, fieldMark) + "\n"
}

func TestQueueAhead(t *testing.T) {
	f := newFakeSlurm(t)
	f.script("squeue", `case "$*" in *--jobs=*) cat "$LAB/one" ;; *) cat "$LAB/all" ;; esac`)
	c := New(f)
	mine := aheadRow("12", "PENDING", "Priority", "alice", "4000")
	testprogram.Write(t, f.dir+"/one", "")
	for _, test := range []struct {
		name, rows string
		ahead      int
	}{
		{"some come first", mine + aheadRow("13", "PENDING", "Priority", "bob", "4294967295") + aheadRow("14", "PENDING", "Resources", "bob", "5000") +
			aheadRow("15", "PENDING", "None", "bob", "3999"), 2},
		{"of the same priority, those submitted before", aheadRow("9_[1-3]", "PENDING", "Priority", "bob", "4000") + mine + aheadRow("100", "PENDING", "Priority", "bob", "4000"), 1},
		{"those that wait for something else do not", mine + aheadRow("1", "PENDING", "Dependency", "bob", "9000") + aheadRow("2", "PENDING", "JobHeldUser", "bob", "9000") +
			aheadRow("3", "RUNNING", "None", "bob", "9000") + aheadRow("4", "PENDING", "Priority", "bob", "1"), 0},
		{"only the user's own jobs are shown", mine + aheadRow("1", "PENDING", "Priority", "alice", "9000"), 0},
		{"noise", "slurm_load_jobs: warning\n" + aheadRow("1", "PENDING", "Priority", "bob", "9000") + mine, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			testprogram.Write(t, f.dir+"/all", test.rows)
			jobs, ahead, err := c.QueueAhead(t.Context(), "12", "compute")
			if err != nil || ahead.Jobs != test.ahead || (ahead.FirstStart.IsZero() != (test.name == "only the user's own jobs are shown")) || len(jobs) != 1 {
				t.Fatalf("%+v, %+v, %v", jobs, ahead, err)
			}
			if job := jobs[0]; job.ID != "12" || job.State != StatePending || job.Reason != "Priority" || job.CPUs != 4 || job.Partition != "compute" || job.StartTime.IsZero() || job.TimeLimit != 4*time.Hour {
				t.Errorf("%+v", job)
			}
		})
	}
	testprogram.Write(t, f.dir+"/all", aheadRow("1", "PENDING", "Priority", "bob", "9000"))
	testprogram.Write(t, f.dir+"/one", fixture(t, "squeue-22.05-real.txt"))
	if jobs, ahead, err := c.QueueAhead(t.Context(), "1234", "compute"); err != nil || ahead != (Ahead{}) || len(jobs) == 0 {
		t.Errorf("a job in another partition is asked about by its number: %+v, %+v, %v", jobs, ahead, err)
	}
	f.script("squeue", down)
	if _, _, err := c.QueueAhead(t.Context(), "12", "compute"); !fault.Is(err, fault.SlurmUnreachable) {
		t.Errorf("without a controller: %v", err)
	}
}

// TestQueueAheadOfALongQueue: 10 000 jobs are counted; of more lines than that, and of a squeue that never ends,
// no more is read than is needed to know so, and the job is asked about by its number.
func TestQueueAheadOfALongQueue(t *testing.T) {
	f := newFakeSlurm(t)
	other, mine := aheadRow("7", "PENDING", "Priority", "bob", "9000"), aheadRow("12", "PENDING", "Priority", "alice", "4000")
	testprogram.Write(t, f.dir+"/one", fixture(t, "squeue-22.05-real.txt"))
	ask := func(name, squeue string) ([]Job, Ahead) {
		t.Helper()
		f.script("squeue", `case "$*" in *--jobs=*) cat "$LAB/one"; exit ;; esac`+"\n"+squeue)
		jobs, ahead, err := New(f).QueueAhead(t.Context(), "12", "compute")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return jobs, ahead
	}
	testprogram.Write(t, f.dir+"/all", strings.Repeat(other, 9_999)+mine)
	if jobs, ahead := ask("10 000 jobs", `cat "$LAB/all"`); ahead.Jobs != 9_999 || ahead.TooMany || len(jobs) != 1 || jobs[0].ID != "12" {
		t.Errorf("10 000 jobs: %+v", ahead)
	}
	testprogram.Write(t, f.dir+"/all", mine+strings.Repeat(other, mostListed))
	if jobs, ahead := ask("too many", `cat "$LAB/all"`); ahead != (Ahead{TooMany: true}) || len(jobs) != 1 || jobs[0].ID != "12" {
		t.Errorf("too many jobs: %+v, %+v", ahead, jobs)
	}
	testprogram.Write(t, f.dir+"/all", other)
	if jobs, ahead := ask("without end", `yes "$(cat "$LAB/all")"`); ahead != (Ahead{TooMany: true}) || len(jobs) == 0 {
		t.Errorf("without end: %+v, %+v", ahead, jobs)
	}
}

func TestFitsGap(t *testing.T) {
	const nodes = `n1 30/10/0/40 190000 150000 (null) (null) mixed
n2 36/4/0/40 190000 1000 gpu:a100:2 gpu:a100:1(IDX:0) mixed
n3 0/40/0/40 190000 0 gpu:a100:2 gpu:a100:0 idle*
n4 0/0/40/40 190000 0 (null) (null) drained
`
	day := 24 * time.Hour
	for _, test := range []struct {
		name string
		req  Request
		p    Partition
		gap  time.Duration
		want Request
		ok   bool
	}{
		{"the free CPUs of a node, until the first start", Request{CPUs: 40, TimeLimit: day}, Partition{}, 2 * time.Hour, Request{CPUs: 10, TimeLimit: 115 * time.Minute}, true},
		{"all of its time", Request{CPUs: 40, TimeLimit: time.Hour}, Partition{}, 2 * time.Hour, Request{CPUs: 10, TimeLimit: time.Hour}, true},
		{"all of its CPUs", Request{CPUs: 4, TimeLimit: day}, Partition{}, 2 * time.Hour, Request{CPUs: 4, TimeLimit: 115 * time.Minute}, true},
		{"it fits as it is", Request{CPUs: 4, TimeLimit: time.Hour}, Partition{}, 2 * time.Hour, Request{}, false},
		{"no time", Request{CPUs: 40, TimeLimit: day}, Partition{}, 19 * time.Minute, Request{}, false},
		{"the start is over", Request{CPUs: 40, TimeLimit: day}, Partition{}, -time.Hour, Request{}, false},
		{"its memory", Request{CPUs: 40, TimeLimit: day, MemoryMiB: 100_000}, Partition{}, time.Hour, Request{CPUs: 4, TimeLimit: 55 * time.Minute, MemoryMiB: 100_000}, true},
		{"more memory than is free", Request{CPUs: 1, TimeLimit: day, MemoryMiB: 189_001}, Partition{}, time.Hour, Request{}, false},
		{"the partition's memory for each CPU", Request{CPUs: 40, TimeLimit: day}, Partition{DefMemPerCPUMiB: 8000}, time.Hour, Request{CPUs: 5, TimeLimit: 55 * time.Minute}, true},
		{"memory for each CPU", Request{CPUs: 40, TimeLimit: day, MemoryMiB: 400_000, MemoryPerCPU: true}, Partition{}, time.Hour, Request{CPUs: 4, TimeLimit: 55 * time.Minute, MemoryMiB: 40_000, MemoryPerCPU: true}, true},
		{"a GPU", Request{CPUs: 40, TimeLimit: day, GPUs: "1"}, Partition{}, time.Hour, Request{CPUs: 4, TimeLimit: 55 * time.Minute, GPUs: "1"}, true},
		{"more GPUs than are free", Request{CPUs: 1, TimeLimit: day, GPUs: "a100:2"}, Partition{}, time.Hour, Request{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := fitsGap(test.req, test.p, nodes, test.gap)
			if ok != test.ok || ok && (got.CPUs != test.want.CPUs || got.TimeLimit != test.want.TimeLimit || got.MemoryMiB != test.want.MemoryMiB || got.GPUs != test.want.GPUs) {
				t.Errorf("%v, %+v", ok, got)
			}
		})
	}
	f := newFakeSlurm(t)
	testprogram.Write(t, f.dir+"/nodes", strings.ReplaceAll(nodes, " ", "     "))
	f.script("sinfo", `cat "$LAB/nodes"`)
	got, ok, err := New(f).FitsGap(t.Context(), Request{CPUs: 40, TimeLimit: day}, Partition{Name: "it's"}, time.Now().Add(time.Hour))
	if err != nil || !ok || got.CPUs != 10 || got.TimeLimit > 55*time.Minute {
		t.Errorf("%+v, %v, %v", got, ok, err)
	}
	if calls := f.read("calls"); strings.Count(calls, "sinfo") != 1 || !strings.Contains(calls, "--partition=it's") {
		t.Errorf("calls %q", calls)
	}
	f.script("sinfo", down)
	if _, _, err := New(f).FitsGap(t.Context(), Request{CPUs: 1}, Partition{}, time.Now()); !fault.Is(err, fault.SlurmUnreachable) {
		t.Errorf("without a controller: %v", err)
	}
}
