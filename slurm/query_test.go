package slurm

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

const down = "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1"

func TestQueue(t *testing.T) {
	f := newFakeSlurm(t)
	testprogram.Write(t, f.dir+"/queue", fixture(t, "squeue-22.05-real.txt"))
	f.script("squeue", "cat $LAB/queue")
	c := New(f)
	jobs, err := c.Queue(t.Context(), "1")
	if err != nil || len(jobs) != 4 {
		t.Fatalf("%+v, %v", jobs, err)
	}
	if calls := f.read("calls"); strings.Count(calls, "squeue") != 1 || !strings.Contains(calls, "--states=all --jobs=1\n") {
		t.Errorf("calls %q", calls)
	}
	found, err := c.FindByComment(t.Context(), "sunpyter/0.1 session=a|b")
	if err != nil || len(found) != 1 || found[0].ID != "1" {
		t.Errorf("found %+v, %v", found, err)
	}
	if calls := f.read("calls"); !strings.Contains(calls, "--name=sunpyter") {
		t.Errorf("calls %q", calls)
	}
}

func TestQueueUnknownAndUnreachable(t *testing.T) {
	f := newFakeSlurm(t)
	f.script("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1")
	c := New(f)
	if jobs, err := c.Queue(t.Context(), "2"); err != nil || len(jobs) != 0 {
		t.Errorf("unknown: %v, %v", jobs, err)
	}
	f.script("squeue", down)
	for name, ask := range map[string]func() ([]Job, error){
		"one": func() ([]Job, error) { return c.Queue(t.Context(), "1") }, "mine": func() ([]Job, error) { return c.Mine(t.Context()) },
	} {
		if jobs, err := ask(); !fault.Is(err, fault.SlurmUnreachable) || jobs != nil {
			t.Errorf("%s: %v, %v", name, jobs, err)
		}
	}
	for _, id := range []string{"", "1;id", "-1", "$(id)", "1 2", "1\n2", strings.Repeat("1", 30)} {
		if _, err := c.Queue(t.Context(), id); !fault.Is(err, fault.BadRequest) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := c.End(t.Context(), id); !fault.Is(err, fault.BadRequest) {
			t.Errorf("cancel %q: %v", id, err)
		}
	}
}

// TestCancel: scancel and then squeue, in one login shell.
func TestCancel(t *testing.T) {
	const unknown = "echo 'error: Invalid job id specified' >&2; exit 1"
	for _, test := range []struct {
		scancel, squeue string
		code            fault.Code
		jobs            int
	}{
		{"exit 0", "cat $LAB/queue", "", 4},
		{"exit 0", unknown, "", 0},
		{"exit 0", down, fault.SlurmUnreachable, 0},
		{unknown, unknown, "", 0},
		{"echo 'scancel: error: Kill job error on job id 1: Job/step already completing or completed' >&2; exit 1", "cat $LAB/queue", "", 4},
		{"echo 'scancel: error: Kill job error on job id 1: Unable to contact slurm controller (connect failure)' >&2; exit 8", "exit 0", fault.SlurmUnreachable, 0},
		{"echo 'scancel: error: Kill job error on job id 1: Access/permission denied' >&2; exit 1", "exit 0", fault.SlurmRejected, 0},
	} {
		f := newFakeSlurm(t)
		f.script("scancel", test.scancel)
		f.script("squeue", test.squeue)
		testprogram.Write(t, f.dir+"/queue", fixture(t, "squeue-22.05-real.txt"))
		testprogram.Write(t, f.dir+"/.bash_profile", "echo login >>$LAB/logins\n"+f.read(".bash_profile"))
		jobs, err := New(f).End(t.Context(), "1")
		if (err != nil || test.code != "") && !fault.Is(err, test.code) || len(jobs) != test.jobs {
			t.Errorf("%s; %s: %v, %v", test.scancel, test.squeue, jobs, err)
		}
		if calls := f.read("calls"); !strings.HasPrefix(calls, "scancel 1\n") || strings.Count(calls, "\n") > 2 {
			t.Errorf("calls %q", calls)
		}
		if shells := f.read("logins"); test.scancel == "exit 0" && shells != "login\n" {
			t.Errorf("login shells %q", shells)
		}
	}
}

func TestFinished(t *testing.T) {
	const forgotten = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"
	f := newFakeSlurm(t)
	c := New(f)
	oom, _ := recorded(t, "22.05.8", "scontrol-job-oom")
	ends, _ := recorded(t, "22.05.8", "sacct-ends")
	testprogram.Write(t, f.dir+"/job", oom)
	testprogram.Write(t, f.dir+"/accounting", ends)
	f.script("scontrol", "cat $LAB/job")
	f.script("sacct", "cat $LAB/accounting")
	if job, err := c.Finished(t.Context(), "15"); err != nil || job.State != StateOutOfMemory || strings.Contains(f.read("calls"), "sacct") {
		t.Errorf("%+v, %v", job, err)
	}
	f.script("scontrol", forgotten)
	if job, err := c.Finished(t.Context(), "18"); err != nil || job.CancelledBy != "61001" {
		t.Errorf("%+v, %v", job, err)
	}
	if _, err := c.Finished(t.Context(), "77"); !fault.Is(err, fault.SlurmUnknownJob) {
		t.Error(err)
	}
	f.script("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1")
	if _, err := c.Finished(t.Context(), "18"); !fault.Is(err, fault.SlurmUnknownJob) {
		t.Error(err)
	}
	f.script("scontrol", down)
	if _, err := c.Finished(t.Context(), "18"); !fault.Is(err, fault.SlurmUnreachable) {
		t.Error(err)
	}
}

func TestQueryEnds(t *testing.T) {
	f := newFakeSlurm(t)
	f.script("squeue", "echo asked >>$LAB/calls; exec sleep 30")
	c := New(f)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { f.waitForCall("asked"); cancel() }()
	if _, err := c.Mine(ctx); !fault.Is(err, fault.Cancelled) {
		t.Errorf("cancelled: %v", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Mine(ctx); !fault.Is(err, fault.SlurmUnreachable) {
		t.Errorf("timed out: %v", err)
	}
	f.script("squeue", "kill -9 $(ps -o ppid= -p $PPID)")
	if _, err := c.Mine(t.Context()); !fault.Is(err, fault.SlurmOutput) {
		t.Errorf("killed: %v", err)
	}
}

// Slurm that is in one of the usual places and not in the PATH is found.
func TestSlurmDirectories(t *testing.T) {
	for _, dir := range []string{"/opt/slurm/bin", "/usr/local/slurm/bin", "/cm/shared/apps/slurm/current/bin"} {
		if !strings.Contains(commonScript, dir) {
			t.Errorf("%s is not looked at", dir)
		}
	}
}
