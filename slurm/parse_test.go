package slurm

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func fixture(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func at(s string) time.Time { return instant(s) }

const day = 24 * time.Hour

func TestParsePartitions(t *testing.T) {
	for name, want := range map[string][]Partition{
		"partition-17.02-public.txt":     {{Name: "normal", Default: true, Up: true, State: "UP", MaxTime: 5 * day, DefaultTime: 5 * day, TotalCPUs: 5, TotalNodes: 5, DefMemPerCPUMiB: 500}},
		"partition-22.05-real.txt":       {{Name: "debug", Default: true, Up: true, State: "UP", TotalCPUs: 4, TotalNodes: 2, TotalMemoryMiB: 8000}},
		"partition-name-constructed.txt": {{Name: "CPU nodes (amd)", Default: true, Up: true, State: "UP", MaxTime: 21 * day, DefaultTime: 3 * time.Hour, TotalCPUs: 2236, TotalNodes: 43, TotalMemoryMiB: 1216 << 10, DefMemPerCPUMiB: 2500}},
	} {
		if got := parsePartitions(fixture(t, name)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, want)
		}
	}
}

func TestApplyConfiguration(t *testing.T) {
	partitions := []Partition{{Name: "own", DefMemPerNodeMiB: 7}, {Name: "none"}}
	applyConfiguration(partitions, "# DefMemPerNode=9\ndefmempercpu = 1000 # a comment\n")
	if want := []Partition{{Name: "own", DefMemPerNodeMiB: 7}, {Name: "none", DefMemPerCPUMiB: 1000}}; !reflect.DeepEqual(partitions, want) {
		t.Errorf("got %+v", partitions)
	}
	if got := partitions[1].DefaultMemoryMiB(4); got != 4000 {
		t.Errorf("4 CPUs have %d MiB", got)
	}
}

func TestParseQueueReal(t *testing.T) {
	jobs := parseQueue(fixture(t, "squeue-22.05-real.txt"), "")
	if len(jobs) != 4 {
		t.Fatalf("%d jobs: %+v", len(jobs), jobs)
	}
	byReason := map[Reason]Job{}
	for _, job := range jobs {
		if job.Name != JobName || job.User != "alice" || job.Partition != "debug" || job.SubmitTime.IsZero() || statesByName[string(job.State)] == "" {
			t.Errorf("job %+v", job)
		}
		byReason[job.Reason] = job
	}
	running, waiting := byReason[""], byReason["Resources"]
	if running.State != StateRunning || running.Node != "n1" || running.TimeLimit != 5*time.Minute || running.TimeLeft == 0 || running.Comment != "sunpyter/0.1 session=a|b" {
		t.Errorf("running %+v", running)
	}
	if waiting.State != StatePending || waiting.Node != "" || waiting.CPUs != 4 || waiting.StartTime.IsZero() {
		t.Errorf("waiting %+v", waiting)
	}
	if held := byReason["JobHeldUser"]; !held.StartTime.IsZero() || held.TimeLimit != 0 {
		t.Errorf("held %+v", held)
	}
}

func TestParseQueueConstructed(t *testing.T) {
	submitted := at("2026-04-06T12:00:00")
	want := []Job{
		{ID: "101", State: StatePending, RawState: "PENDING", Reason: "ReqNodeNotAvail", ReasonText: "ReqNodeNotAvail, May be reserved for other job", Partition: "gpu", Account: "prj-1", QOS: "normal",
			Comment: "sunpyter/1.0 session=a", Name: "sunpyter", User: "alice", WorkDir: "/home/alice", CPUs: 40, TimeLimit: day, TimeLeft: day, SubmitTime: submitted, StartTime: at("2026-04-06T13:26:25")},
		{ID: "102", State: StatePending, RawState: "PENDING", Reason: "JobLaunchFailure", ReasonText: "launch failed requeued held", Partition: "a,b", Name: "sunpyter", User: "alice", WorkDir: "/home/a|b (x)", CPUs: 1, SubmitTime: submitted},
		{ID: "103", State: StateRunning, RawState: "RUNNING", Partition: "cpu", Account: "acc", QOS: "qos", Node: "scs0151", Nodes: "scs0151", Comment: "a | (b)\nc", Name: "name\nwith a line break", User: "alice", WorkDir: "/home/alice",
			CPUs: 40, TimeUsed: 26*time.Hour + 3*time.Minute + 4*time.Second, SubmitTime: submitted, StartTime: submitted},
		{ID: "104_[1-5%2]", State: StatePending, RawState: "PENDING", Reason: "JobArrayTaskLimit", ReasonText: "JobArrayTaskLimit", Partition: "cpu", Account: "acc", QOS: "qos", Name: "other", User: "bob", WorkDir: "/", CPUs: 1, TimeLimit: 4 * time.Hour, SubmitTime: submitted},
		{ID: "105", State: "WEIRD_NEW_STATE", RawState: "WEIRD_NEW_STATE", Reason: "NewReason", ReasonText: "NewReason: with words", Partition: "cpu", Account: "acc", QOS: "qos", Name: "other", User: "bob", WorkDir: "/", CPUs: 1, TimeLimit: 4 * time.Hour, SubmitTime: submitted},
	}
	got := parseQueue(fixture(t, "squeue-constructed.txt"), "")
	if len(got) != len(want) {
		t.Fatalf("%d jobs: %+v", len(got), got)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("job %s:\ngot  %+v\nwant %+v", want[i].ID, got[i], want[i])
		}
	}
}

func TestParseJob(t *testing.T) {
	real := fixture(t, "job-22.05-real.txt")
	for id, check := range map[string]func(Job) bool{
		"1": func(j Job) bool {
			return j.State == StateRunning && j.Node == "n1" && j.MemoryMiB == 100 && j.Comment == "sunpyter/0.1 session=a|b" && j.User == "alice" && j.TimeLimit == 5*time.Minute
		},
		"2": func(j Job) bool { return j.Reason == "Resources" && j.CPUs == 4 && j.MemoryMiB == 400 && j.Node == "" },
		"4": func(j Job) bool { return j.Reason == "JobHeldUser" && j.TimeLimit == 0 && j.StartTime.IsZero() },
	} {
		if job, ok := parseJob(real, id); !ok || !check(job) {
			t.Errorf("job %s: %v %+v", id, ok, job)
		}
	}
	constructed := fixture(t, "job-constructed.txt")
	if old, ok := parseJob(constructed, "7"); !ok || old.MemoryMiB != 1000 || old.State != "COMPLETED" || old.TimeUsed != time.Hour {
		t.Errorf("old %+v", old)
	}
	if j, ok := parseJob(constructed, "8"); !ok || j.MemoryMiB != 8192 || j.State != StateOutOfMemory || j.Signal != 125 || j.ExitCode != 0 {
		t.Errorf("hostile %+v", j)
	}
	if _, ok := parseJob(constructed, "9"); ok {
		t.Error("found a job that is not there")
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"5": 5 * time.Minute, "5:00": 5 * time.Minute, "0:00": 0, "1:02:03": time.Hour + 2*time.Minute + 3*time.Second, "00:10:00": 10 * time.Minute,
		"1-00:00:00": day, "21-01:00": 21*day + time.Hour, "2-3": 2*day + 3*time.Hour, " 4:00:00 ": 4 * time.Hour,
	} {
		if got := duration(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
	for _, in := range []string{"", "UNLIMITED", "INVALID", "NONE", "-1", "1:2:3:4", "1--2", "a:b", "99999999999999999999", "1-99999999999:0:0", "4294967295:00:00"} {
		if got := duration(in); got != 0 {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestParseFigures(t *testing.T) {
	for in, want := range map[string]int{"100": 100, "100M": 100, "8G": 8192, "1.5G": 1536, "2T": 2 << 20, "2048K": 2, "UNLIMITED": 0, "": 0, "-5": 0, "1e99": 0, "NaN": 0, "G": 0} {
		if got := mebibytes(in); got != want {
			t.Errorf("mebibytes(%q) = %d", in, got)
		}
	}
	for in, want := range map[string]int{"40": 40, "2-2": 2, "12K": 12000, "1.5K": 1500, "UNLIMITED": 0, "": 0, "-3": 0, "inf": 0, "99999999999999999999": 0} {
		if got := count(in); got != want {
			t.Errorf("count(%q) = %d", in, got)
		}
	}
	for in, want := range map[string]string{"slurm 17.02.3": "17.02.3", "slurm-wlm 22.05.8": "22.05.8", "hello\nslurm 24.05.0-rc1\n": "24.05.0-rc1", "": "", "nonsense": ""} {
		if got := parseVersion(in); got != want {
			t.Errorf("parseVersion(%q) = %q", in, got)
		}
	}
}

func TestSubmittedID(t *testing.T) {
	for in, want := range map[string]string{"123\n": "123", "123": "123", "123;sun\n": "123", "hello\n12\nsbatch: note\n": "12", "1\n2\n": "2", "Submitted batch job 7": "", "": "", "-5": "", "12 34": ""} {
		if got, ok := submittedID(in, false); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
}

func TestParseState(t *testing.T) {
	for name, state := range statesByName {
		if got := parseState(name); got != state || string(state) != name && states[state].short != name && ends[state].short != name {
			t.Errorf("%s is read as %s", name, got)
		}
		if _, other := states[state]; other == state.Ended() {
			t.Errorf("%s is in two tables", state)
		}
	}
	if len(statesByName) != 2*(len(states)+len(ends))-1 { // RECONFIG_FAIL has no short name
		t.Errorf("%d names of %d states", len(statesByName), len(states)+len(ends))
	}
	for in, want := range map[string]State{"CANCELLED by 1000": StateCancelled, "CANCELLED+": StateCancelled, "OUT_OF_ME+": StateOutOfMemory, " running\n": StateRunning, "COMPLETING,CANCELLED": "COMPLETING", "brand_new": "BRAND_NEW", "": ""} {
		if got := parseState(in); got != want {
			t.Errorf("%q is read as %q", in, got)
		}
	}
	if unknown := parseState("brand_new"); unknown.Ended() || unknown.Waiting() {
		t.Error("an unknown state is more than unknown")
	}
}

func FuzzParseQueue(f *testing.F) {
	f.Add(fixture(f, "squeue-22.05-real.txt"))
	f.Add(fixture(f, "squeue-constructed.txt"))
	addRecorded(f, "squeue-states-all-later")
	f.Fuzz(func(t *testing.T, text string) {
		for _, job := range parseQueue(text, "") {
			if !isID(job.ID) || job.CPUs < 0 || job.TimeLimit < 0 || job.TimeLeft < 0 {
				t.Fatalf("%+v", job)
			}
			if a := job.Advice(Partition{}, Request{}); strings.ContainsAny(a.Message, "\n\x00") {
				t.Fatalf("%+v", a)
			}
		}
	})
}

func FuzzParseRecords(f *testing.F) {
	for _, name := range []string{"partition-17.02-public.txt", "partition-name-constructed.txt", "job-22.05-real.txt", "job-constructed.txt"} {
		f.Add(fixture(f, name))
	}
	addRecorded(f, "scontrol-partition")
	addRecorded(f, "scontrol-job-run")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range parsePartitions(text) {
			if p.TotalCPUs < 0 || p.MaxTime < 0 || p.DefaultMemoryMiB(1) < 0 {
				t.Fatalf("%+v", p)
			}
		}
		if job, ok := parseJob(text, "7"); ok && (job.ID != "7" || job.MemoryMiB < 0 || job.ExitCode < 0) {
			t.Fatalf("%+v", job)
		}
	})
}

func FuzzParseAccounting(f *testing.F) {
	addRecorded(f, "sacct-ends")
	f.Fuzz(func(t *testing.T, text string) {
		if job, ok := parseAccounting(text, "9"); ok && (job.ID != "9" || job.CPUs < 0) {
			t.Fatalf("%+v", job)
		}
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"5", "1-02:03:04", "UNLIMITED", "1:2:3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d := duration(s); d < 0 {
			t.Fatal(d)
		}
	})
}

func FuzzSubmittedID(f *testing.F) {
	f.Add("hello\n12;sun\n")
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := submittedID(s, false); ok && checkID(id) != nil && len(id) <= 20 {
			t.Fatalf("%q", id)
		}
	})
}

func FuzzReadFrames(f *testing.F) {
	f.Add([]byte("squeue 0 5\nhello\nsbatch 1 0\n\n"))
	f.Add([]byte("squeue 0 99999999999\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		frames, err := readFrames(data)
		if err == nil && len(frames) == 0 {
			t.Fatal("no frames and no error")
		}
	})
}
