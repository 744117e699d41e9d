package slurm

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// recordedVersions are the versions of Slurm whose answers are in testdata, one folder each.
var recordedVersions = []string{"20.11.4", "22.05.8", "24.11.5", "26.05.5"}

// recorded returns what a command printed on a real site with that version, and whether it succeeded.
func recorded(t testing.TB, version, name string) (text string, succeeded bool) {
	t.Helper()
	data := fixture(t, version+"/"+name+".txt")
	_, data, _ = strings.Cut(data, "\n") // the command
	end := strings.LastIndex(data, "[exit ")
	if end < 0 {
		t.Fatalf("%s of %s has no exit status", name, version)
	}
	return data[:end], strings.HasPrefix(data[end:], "[exit 0]")
}

// addRecorded adds the answers of each version to a fuzz test's corpus.
func addRecorded(f *testing.F, name string) {
	for _, version := range recordedVersions {
		text, _ := recorded(f, version, name)
		f.Add(text)
	}
}

// forEachVersion runs a test on the answers of each version.
func forEachVersion(t *testing.T, test func(t *testing.T, version string)) {
	for _, version := range recordedVersions {
		t.Run(version, func(t *testing.T) { test(t, version) })
	}
}

func TestRecordedVersion(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version string) {
		if text, _ := recorded(t, version, "version"); parseVersion(text) != version {
			t.Errorf("%q is read as %q", text, parseVersion(text))
		}
	})
}

func TestRecordedPartitions(t *testing.T) {
	type partition struct {
		state   string
		up      bool
		hidden  bool
		maxTime time.Duration
	}
	want := map[string]partition{
		"s_compute_cdt": {"UP", true, false, 7 * day}, "s_highmem_cdt": {"UP", true, false, 3 * day}, "short": {"UP", true, false, 30 * time.Minute},
		"gpu": {"UP", true, false, 10 * time.Minute}, "hid": {"UP", true, true, 0}, "down": {"DOWN", false, false, 0},
		"inactive": {"INACTIVE", false, false, 0}, "grp": {"UP", true, false, 0}, "root": {"UP", true, false, 0},
		"limits": {"DRAIN", false, false, 7 * day}, "bynode": {"UP", true, true, 30 * time.Minute},
	}
	forEachVersion(t, func(t *testing.T, version string) {
		text, _ := recorded(t, version, "scontrol-partition")
		partitions := parsePartitions(text)
		if len(partitions) != len(want) {
			t.Errorf("%d partitions", len(partitions))
		}
		for _, p := range partitions {
			if got := (partition{p.State, p.Up, p.Hidden, p.MaxTime}); got != want[p.Name] {
				t.Errorf("%s: got %+v, want %+v", p.Name, got, want[p.Name])
			}
			if p.Default != (p.Name == "s_compute_cdt") || p.RootOnly != (p.Name == "root") || p.TotalCPUs != 4*p.TotalNodes {
				t.Errorf("%+v", p)
			}
			limits := fmt.Sprintln(p.MaxCPUsPerNode, p.DefMemPerCPUMiB, p.MaxMemPerCPUMiB, p.DefMemPerNodeMiB, p.MaxMemPerNodeMiB)
			if want := map[string]string{"limits": "2 2000 4000 0 0\n", "bynode": "0 0 0 1024 64000\n"}; limits != cmp.Or(want[p.Name], "0 0 0 0 0\n") {
				t.Errorf("%s has the limits %q", p.Name, limits)
			}
			if groups := strings.Join(p.AllowGroups, " "); groups != map[string]string{"grp": "bob"}[p.Name] {
				t.Errorf("%s is open to the groups %q", p.Name, groups)
			}
			if accounts := strings.Join(p.AllowAccounts, " "); accounts != map[string]string{"gpu": "cdt"}[p.Name] {
				t.Errorf("%s is open to the accounts %q", p.Name, accounts)
			}
			if memory := p.TotalNodes * 190000; version != "20.11.4" && p.TotalMemoryMiB != memory { // 20.11 does not say it
				t.Errorf("%s has %d MiB of memory, want %d", p.Name, p.TotalMemoryMiB, memory)
			}
		}
		text, _ = recorded(t, version, "sinfo-kinds")
		if nodes := parseNodes(text); len(nodes) != len(want) || len(nodes["short"]) != 1 || nodes["short"][0].CPUs != 4 || nodes["short"][0].MemoryMiB != 190000 {
			t.Errorf("nodes %+v", nodes)
		}
	})
}

func TestRecordedQueue(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version string) {
		byReason := map[Reason]Job{}
		states := map[State]bool{}
		for _, name := range []string{"squeue-states-all", "squeue-states-all-later"} {
			text, _ := recorded(t, version, name)
			jobs := parseQueue(text, "")
			if len(jobs) != strings.Count(text, recordMark)/2 {
				t.Errorf("%s: %d jobs are read", name, len(jobs))
			}
			for _, job := range jobs {
				_, state := statesByName[string(job.State)]
				if _, reason := job.Reason.find(); !state || !reason || job.User != "alice" || job.Partition == "" || job.SubmitTime.IsZero() || job.CPUs == 0 {
					t.Errorf("%s: %+v", name, job)
				}
				if job.State == StateRunning && (job.Node != "scs0151" || job.StartTime.IsZero() || job.TimeLeft == 0) {
					t.Errorf("%s: %+v", name, job)
				}
				if advice := job.Advice(Partition{}, Request{}); job.State != StateRunning && advice.Message == "" {
					t.Errorf("%s: no words for %+v", name, job)
				}
				if strings.HasPrefix(job.Comment, "sunpyter/") && job.Comment != "sunpyter/1 session=a|b" {
					t.Errorf("%s: %+v", name, job)
				}
				byReason[job.Reason], states[job.State] = job, true
			}
		}
		for _, reason := range []Reason{"Resources", "Priority", "BeginTime", "Dependency", "ReqNodeNotAvail", "JobHeldUser", "PartitionDown", "PartitionTimeLimit"} {
			if _, found := byReason[reason]; !found {
				t.Errorf("no job waits for %s", reason)
			}
		}
		if !states[StateCancelled] || !states[StateTimeout] || !states[StatePending] || !states[StateRunning] {
			t.Errorf("states %v", states)
		}
	})
}

func TestRecordedJobs(t *testing.T) {
	forEachVersion(t, func(t *testing.T, version string) {
		for name, want := range map[string]Job{
			"scontrol-job-run":       {State: StateRunning, Node: "scs0151", Comment: "sunpyter/1 session=a|b", TimeLimit: 5 * time.Minute},
			"scontrol-job-held":      {State: StatePending, Reason: "JobHeldUser", TimeLimit: 5 * time.Minute},
			"scontrol-job-begin":     {State: StatePending, Reason: "BeginTime", TimeLimit: 5 * time.Minute},
			"scontrol-job-cancelled": {State: StateCancelled, Reason: "BeginTime", TimeLimit: 5 * time.Minute},
			"scontrol-job-requeued":  {State: StatePending, Reason: "BeginTime", TimeLimit: 5 * time.Minute},
			"scontrol-job-completed": {State: "COMPLETED", Node: "scs0151", TimeLimit: 5 * time.Minute},
			"scontrol-job-failed":    {State: StateFailed, Reason: "NonZeroExitCode", Node: "scs0151", ExitCode: 3, TimeLimit: 5 * time.Minute},
			"scontrol-job-killed":    {State: StateFailed, Reason: map[bool]Reason{true: "JobLaunchFailure", false: "RaisedSignal"}[version < "23"], Node: "scs0151", Signal: 9, TimeLimit: 5 * time.Minute},
			"scontrol-job-oom":       {State: StateOutOfMemory, Reason: "OutOfMemory", Node: "scs0151", Signal: 125, TimeLimit: 5 * time.Minute},
			"scontrol-job-stopped":   {State: StateCancelled, Node: "scs0151", Signal: 15, TimeLimit: 5 * time.Minute},
			"scontrol-job-timeout":   {State: StateTimeout, Reason: "TimeLimit", Node: "scs0151", Signal: 15, TimeLimit: time.Minute},
		} {
			text, _ := recorded(t, version, name)
			id, _, _ := strings.Cut(strings.TrimPrefix(text, "JobId="), " ")
			got, found := parseJob(text, id)
			if !found || got.State != want.State || got.Reason != want.Reason || got.Node != want.Node || got.Comment != want.Comment ||
				got.Signal != want.Signal || got.ExitCode != want.ExitCode || got.TimeLimit != want.TimeLimit || got.MemoryMiB != 100 || got.CPUs != 1 ||
				got.WorkDir != "/home/alice" || got.User != "alice" || got.SubmitTime.IsZero() {
				t.Errorf("%s: %v\ngot  %+v\nwant %+v", name, found, got, want)
			}
		}
	})
}

func TestRecordedAccounting(t *testing.T) {
	ends := []Job{
		{State: "COMPLETED"}, {State: StateFailed, ExitCode: 3}, {State: StateFailed, Signal: 9}, {State: StateOutOfMemory, Signal: 125},
		{State: StateTimeout}, {State: StatePending}, {State: StateCancelled, CancelledBy: "61001"},
	}
	forEachVersion(t, func(t *testing.T, version string) {
		text, _ := recorded(t, version, "sacct-ends")
		lines := strings.Split(strings.TrimSpace(text), "\n")
		if len(lines) != len(ends) {
			t.Fatalf("%d jobs", len(lines))
		}
		for i, want := range ends {
			id, _, _ := strings.Cut(lines[i], fieldMark)
			job, found := parseAccounting(text, id)
			if !found || job.State != want.State || job.ExitCode != want.ExitCode || job.Signal != want.Signal || job.CancelledBy != want.CancelledBy {
				t.Errorf("job %s: %v %+v, want %+v", id, found, job, want)
			}
			if ran := want.State != StatePending; ran != !job.StartTime.IsZero() || ran != !job.EndTime.IsZero() || ran != (job.Nodes == "scs0151") {
				t.Errorf("job %s: %+v", id, job)
			}
		}
		if text, _ = recorded(t, version, "sacct-unknown"); text != "" {
			t.Errorf("an unknown job is %q", text)
		}
		accounts, _ := recorded(t, version, "sacctmgr")
		if got := parseAccounts(accounts, "cdt"); len(got) != 2 || got[0].Name != "capped" || got[0].Default || got[1].Name != "cdt" || !got[1].Default {
			t.Errorf("accounts %+v", got)
		}
	})
}

// TestRecordedErrors has each answer of a command that failed, with its code and advice. Answers that succeeded in a version are job numbers there.
func TestRecordedErrors(t *testing.T) {
	want := map[string]struct {
		code   fault.Code
		advice string
	}{
		"ctl-down-squeue": {fault.SlurmUnreachable, "does not answer"}, "ctl-down-scontrol": {fault.SlurmUnreachable, "does not answer"},
		"ctl-down-sinfo": {fault.SlurmUnreachable, "does not answer"}, "ctl-down-sbatch": {fault.SlurmUnreachable, "does not answer"},
		"ctl-down-srun": {fault.SlurmUnreachable, "does not answer"}, "ctl-away-scancel": {fault.SlurmUnreachable, "does not answer"}, "ctl-away-squeue": {fault.SlurmUnreachable, "does not answer"},
		"ctl-down-scancel": {fault.SlurmUnreachable, "does not answer"}, "ctl-down-sdiag": {fault.SlurmUnreachable, "does not answer"}, "ctl-down-ping": {fault.SlurmRejected, ""},
		"squeue-unknown": {fault.SlurmUnknownJob, "has ended"}, "scontrol-job-unknown": {fault.SlurmUnknownJob, "has ended"},
		"srun-step-unknown": {fault.SlurmUnknownJob, "has ended"},
		"srun-step-over":    {fault.SlurmRejected, ""}, "srun-step-pending": {fault.SlurmRejected, ""}, "srun-no-such-command": {fault.SlurmRejected, ""},
		"scancel-of-another":        {fault.SlurmRejected, ""},
		"sbatch-account":            {fault.SlurmRejected, "one of your accounts"},
		"sbatch-constraint":         {fault.SlurmRejected, "No node has such a feature"},
		"sbatch-cpus":               {fault.SlurmRejected, "No node has that many CPUs"},
		"sbatch-dependency":         {fault.SlurmRejected, "dependency"},
		"sbatch-gpus":               {fault.SlurmRejected, "no such GPU"},
		"sbatch-gres":               {fault.SlurmRejected, "no such GPU"},
		"sbatch-license":            {fault.SlurmRejected, "licences"},
		"sbatch-memory":             {fault.SlurmRejected, "No node has that much memory"},
		"sbatch-nodelist":           {fault.SlurmRejected, "Choose nodes that exist"},
		"sbatch-nodes":              {fault.SlurmRejected, "No node of the partition has what you asked for"},
		"sbatch-option":             {fault.SlurmRejected, "may not have one of them"},
		"sbatch-partition":          {fault.SlurmRejected, "Choose a partition that exists"},
		"sbatch-partition-account":  {fault.SlurmRejected, "one of your accounts"},
		"sbatch-partition-drain":    {fault.SlurmRejected, "does not accept jobs now"},
		"sbatch-partition-group":    {fault.SlurmRejected, "open to your account and group"},
		"sbatch-partition-inactive": {fault.SlurmRejected, "does not accept jobs now"},
		"sbatch-partition-root":     {fault.SlurmRejected, "whether your account may run jobs"},
		"sbatch-qos":                {fault.SlurmRejected, "Choose a QOS"},
		"sbatch-reservation":        {fault.SlurmRejected, "Choose a reservation"},
		"sbatch-time":               {}, // accepted by every version, and then pending: PartitionTimeLimit
		"sbatch-time-never":         {fault.SlurmRejected, "extra options"},
	}
	forEachVersion(t, func(t *testing.T, version string) {
		files, err := filepath.Glob("testdata/" + version + "/*.txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".txt")
			text, succeeded := recorded(t, version, name)
			if strings.HasPrefix(name, "test-only-") {
				continue // see TestRecordedEstimates
			}
			command, _, _ := strings.Cut(strings.TrimPrefix(name, "ctl-down-"), "-")
			test, known := want[name]
			if succeeded {
				if _, submitted := submittedID(text, false); strings.HasPrefix(name, "sbatch-") && !submitted {
					t.Errorf("%s: no job number in %q", name, text)
				}
				continue
			}
			got := rejectionError("asking Slurm", frame{name: command, status: 1, text: text})
			if !fault.Is(got, test.code) || !strings.Contains(got.Error(), test.advice) || !known {
				t.Errorf("%s: %v, want %s, %q", name, got, test.code, test.advice)
			}
		}
	})
}

// TestSubmitLineIsNotRead has words in the sbatch line that 26.05 shows among a job's fields.
func TestSubmitLineIsNotRead(t *testing.T) {
	real, _ := recorded(t, "26.05.5", "scontrol-job-run")
	want, found := parseJob(real, "1")
	if !found {
		t.Fatal("no job 1")
	}
	for _, words := range []string{
		"--export=A=x WorkDir=/evil Comment=evil", " WorkDir=/evil", "--wrap=x Comment=sunpyter/1 session=evil StdOut=/evil",
		"JobState=FAILED Reason=None ExitCode=1:0 NodeList=evil BatchHost=evil AllocTRES=mem=1G", "x SubmitLine=y WorkDir=/evil z", "Command=evil",
	} {
		line := strings.Replace(real, "--wrap=sleep 600", words, 1)
		if line == real {
			t.Fatal("the recorded line has changed")
		}
		if got, found := parseJob(line, "1"); !found || got != want {
			t.Errorf("%q:\ngot  %+v\nwant %+v", words, got, want)
		}
	}
	for _, line := range []string{ // these only look like one
		"JobId=1 JobName=a SubmitLine=b WorkDir=/evil c JobState=RUNNING Command=(null) WorkDir=/home/alice",
		"JobId=1 JobName=a JobState=RUNNING Command=(null) SubmitLine=sbatch",
	} {
		if got, found := parseJob(line, "1"); !found || got.State != StateRunning {
			t.Errorf("%q: %+v", line, got)
		}
	}
}
