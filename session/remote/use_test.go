package remote

import (
	"maps"
	"reflect"
	"strings"
	"testing"
)

// What the files of a job's cgroup look like: version 1 of the test site (Linux 6.18), and
// version 2 as docs.kernel.org has it (admin-guide/cgroup-v2: memory.stat, cpu.stat).
var (
	used1 = map[string]string{
		"cgroup":    version1["cgroup"] + "2:cpu,cpuacct:/slurm/uid_1/job_5/step_batch/task_0\n",
		"mountinfo": version1["mountinfo"] + "990 978 0:33 / SYS/acct rw - cgroup cgroup rw,cpu,cpuacct\n",
		"memory/slurm/uid_1/job_5/memory.usage_in_bytes":     "3000000000\n",
		"memory/slurm/uid_1/job_5/memory.max_usage_in_bytes": "4000000000\n",
		"memory/slurm/uid_1/job_5/memory.stat": "cache 1\nrss 2\ninactive_anon 3\nactive_anon 4\ninactive_file 5\nactive_file 6\nhierarchical_memory_limit 4294967296\n" +
			"total_cache 7\ntotal_rss 8\ntotal_inactive_file 1000000000\ntotal_active_file 9\n",
		"acct/slurm/uid_1/job_5/cpuacct.usage":                   "7123456789\n",
		"acct/slurm/uid_1/job_5/step_batch/task_0/cpuacct.usage": "1\n",
	}
	used2 = map[string]string{
		"system.slice/slurmstepd.scope/job_5/memory.current":                  "3000000000\n",
		"system.slice/slurmstepd.scope/job_5/memory.peak":                     "4000000000\n",
		"system.slice/slurmstepd.scope/job_5/memory.stat":                     "anon 1\nfile 2\ninactive_anon 3\nactive_anon 4\ninactive_file 1000000000\nactive_file 6\n",
		"system.slice/slurmstepd.scope/job_5/cpu.stat":                        "usage_usec 7123456\nuser_usec 7000000\nsystem_usec 123456\n",
		"system.slice/slurmstepd.scope/job_5/step_batch/user/task_0/cpu.stat": "usage_usec 1\n",
	}
)

// withUse returns files and those of what the job uses.
func withUse(files, used map[string]string) map[string]string {
	all := maps.Clone(files)
	maps.Copy(all, used)
	return all
}

func TestUseGroups(t *testing.T) {
	for name, row := range map[string]struct {
		files map[string]string
		want  string
	}{
		"version 1":           {withUse(version1, used1), "SYS/memory/slurm/uid_1/job_5\nSYS/acct/slurm/uid_1/job_5\n"},
		"version 2":           {withUse(version2, used2), "SYS/system.slice/slurmstepd.scope/job_5\nSYS/system.slice/slurmstepd.scope/job_5\n"},
		"memory alone":        {version1, "SYS/memory/slurm/uid_1/job_5\n\n"},
		"none":                {nothing, "\n\n"},
		"slurmd's, not a job": {map[string]string{"cgroup": "0::/system.slice/slurmd.service\n", "mountinfo": nothing["mountinfo"], "system.slice/slurmd.service/memory.events": "oom_kill 0\n", "system.slice/slurmd.service/cpu.stat": "usage_usec 1\n"}, "\n\n"},
	} {
		if got := bash(t, groups(t, row.files), "use_groups cgroup mountinfo"); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}

func TestUseLook(t *testing.T) {
	const look = "use_groups cgroup mountinfo >g; { read -r m && read -r c; } <g; use_look \"$m\" \"$c\"\necho \"$total:$used:$most:$cpu\""
	for name, row := range map[string]struct {
		files map[string]string
		want  string
	}{
		"version 1":    {withUse(version1, used1), "3000000000:2000000000:4000000000:7123456\n"},
		"version 2":    {withUse(version2, used2), "3000000000:2000000000:4000000000:7123456\n"},
		"no peak":      {withUse(version2, map[string]string{"system.slice/slurmstepd.scope/job_5/memory.current": "5\n", "system.slice/slurmstepd.scope/job_5/memory.stat": "inactive_file 7\n"}), "5:0::\n"}, // before Linux 5.19
		"memory alone": {withUse(version1, map[string]string{"memory/slurm/uid_1/job_5/memory.usage_in_bytes": "5\n"}), "5:::\n"},
		"none":         {nothing, ":::\n"},
	} {
		if got := bash(t, groups(t, row.files), look); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}

// TestUseSample: the highest of each is kept, whatever follows, and is written only if it grows.
func TestUseSample(t *testing.T) {
	dir := groups(t, map[string]string{"g/memory.current": "500\n", "g/memory.stat": "inactive_file 100\n", "g/cpu.stat": "usage_usec 1000000\n"})
	got := bash(t, dir, `
use_sample use g g; cat use
printf '900\n' >|g/memory.current; printf 'inactive_file 600\n' >|g/memory.stat
use_sample use g g; cat use
# 10 s later, by its own clock, 25 s of CPU time were used
use_since=$((use_since - 1000)); printf 'usage_usec 26000000\n' >|g/cpu.stat
use_sample use g g; cat use
printf '1\n' >|g/memory.current; rm use
use_sample use g g; use_sample use '' ''; ls use 2>&1 || :`)
	lines := strings.Split(got, "\n")
	if len(lines) < 4 || strings.TrimSpace(lines[0]) != "400,500,0" || strings.TrimSpace(lines[1]) != "400,900,0" ||
		!strings.HasPrefix(lines[2], "400,900,24") && !strings.HasPrefix(lines[2], "400,900,250 ") || !strings.Contains(lines[3], "No such file") {
		t.Errorf("%q", lines)
	}
}

func TestUseMeter(t *testing.T) {
	var m UseMeter
	add := func(rest string, want Use) {
		t.Helper()
		if got, ok := m.Add(rest); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v %v, want %+v", rest, got, ok, want)
		}
	}
	const memory = " memory=1073741824 total=2147483648 most=3221225472 limit=4294967296"
	add("at=100.00 cpu=5000000"+memory+" seen=1073741824,2147483648,0", Use{-1, 0, 1024, 2048, 4096, nil})
	add("at=100.50 cpu=5500000", Use{-1, -1, 0, 0, 0, nil}) // too soon
	add("at=105.00 cpu=7500000"+memory+" seen=1572864000,2147483648,150", Use{50, 150, 1024, 2524, 4096, nil})
	add("at=105.20 cpu=7600000", Use{50, -1, 0, 0, 0, nil})
	add("at=110.00 cpu=27500000 memory=1 total=2 most=3", Use{400, -1, 1, 1, 0, nil})
	add("at=3.00 cpu=1000000", Use{-1, -1, 0, 0, 0, nil}) // another boot
	add("at=9.00 cpu=1000000", Use{0, -1, 0, 0, 0, nil})
	add("at=11.00 gpus=9.50;0,35,1234,40960;2,[N/A],[NotSupported],40960;x", Use{-1, -1, 0, 0, 0, []GPU{{35, 1234, 40960}, {-1, -1, 40960}}})
	add("at=11.00 gpus=7;0,35,1234,40960", Use{-1, -1, 0, 0, 0, []GPU{{35, 1234, 40960}}})
	for _, old := range []string{"at=100 gpus=7;0,35,1234,40960", "at=11 gpus=12;0,35,1,2", "at=11 gpus=;0,35,1,2", "at=11 gpus="} {
		add(old, Use{-1, -1, 0, 0, 0, nil})
	}
	add("at=12.00", Use{-1, -1, 0, 0, 0, nil})
	for _, bad := range []string{"", "at=", "at=x", "at=-1", "at=NaN", "at=1e300", "cpu=5"} {
		if u, ok := m.Add(bad); ok {
			t.Errorf("%q gave %+v", bad, u)
		}
	}
}

// TestMostMemory: the kernel's own peak counts files in its cache; what no sample has seen counts
// in full.
func TestMostMemory(t *testing.T) {
	for name, row := range map[string]struct {
		r    reading
		want int64
	}{
		"the cache filled it":    {reading{used: 10, total: 90, most: 100, seen: &samples{20, 100, 0}}, 20},
		"a spike between two":    {reading{used: 10, total: 15, most: 80, seen: &samples{20, 30, 0}}, 70},
		"more now than sampled":  {reading{used: 40, total: 50, most: 50, seen: &samples{20, 30, 0}}, 40},
		"no peak of the kernel":  {reading{used: 10, seen: &samples{20, 30, 0}}, 20},
		"no samples":             {reading{used: 10, total: 15, most: 80}, 10},
		"nothing":                {reading{}, 0},
		"never above the kernel": {reading{used: 99, total: 99, most: 60, seen: &samples{70, 70, 0}}, 60},
	} {
		if got := row.r.mostMemory(); got != row.want {
			t.Errorf("%s: %d, want %d", name, got, row.want)
		}
	}
}

func FuzzUse(f *testing.F) {
	f.Add("at=1 cpu=2 memory=3 total=4 most=5 limit=6 seen=7,8,9")
	f.Add("at=1 seen=,, cpu=9223372036854775807")
	f.Fuzz(func(t *testing.T, rest string) {
		var m UseMeter
		_, _ = m.Add("at=0.5 cpu=1")
		if u, ok := m.Add(rest); ok && (u.MemoryMiB < 0 || u.MostMemoryMiB < 0 || u.LimitMiB < 0 || u.CPUPercent < -1 || u.MostCPUPercent < -1) {
			t.Errorf("%q gave %+v", rest, u)
		}
	})
}

func TestEnough(t *testing.T) {
	const gb = 1024
	for _, row := range []struct {
		name         string
		use          Use
		cpus, memory int
		want         Enough
	}{
		{"much less of both", Use{MostCPUPercent: 37, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{1, 4 * gb}},
		{"one busy CPU", Use{MostCPUPercent: 104, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{1, 4 * gb}},
		{"more than one", Use{MostCPUPercent: 112, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{2, 4 * gb}},
		{"CPUs alone", Use{MostCPUPercent: 210, MostMemoryMiB: 14 * gb}, 8, 16 * gb, Enough{2, 16 * gb}},
		{"memory alone", Use{MostCPUPercent: 790, MostMemoryMiB: 5 * gb}, 8, 16 * gb, Enough{8, 8 * gb}},
		{"all was used", Use{MostCPUPercent: 790, MostMemoryMiB: 10 * gb}, 8, 16 * gb, Enough{}},
		{"nothing is smaller", Use{MostCPUPercent: 3, MostMemoryMiB: 100}, 1, gb, Enough{}},
		{"CPUs not known", Use{MostCPUPercent: -1, MostMemoryMiB: 3174}, 8, 16 * gb, Enough{8, 4 * gb}},
		{"memory not known", Use{MostCPUPercent: 37}, 8, 0, Enough{1, 0}},
		{"nothing known", Use{MostCPUPercent: -1}, 8, 16 * gb, Enough{}},
		{"nothing known of the job", Use{MostCPUPercent: 37, MostMemoryMiB: 3174}, 0, 0, Enough{}},
		{"one CPU, memory not known", Use{MostCPUPercent: 37}, 1, 0, Enough{}},
		{"huge", Use{MostCPUPercent: 37, MostMemoryMiB: 1 << 31}, 1, 1 << 30, Enough{}},
	} {
		if got := row.use.Enough(row.cpus, row.memory); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
	for mebibytes, want := range map[int]int{1: gb, gb: gb, gb + 1: 2 * gb, 2*gb + 1: 3 * gb, 3*gb + 1: 4 * gb, 5 * gb: 6 * gb, 9 * gb: 12 * gb, 13 * gb: 16 * gb} {
		if got := memoryStep(mebibytes); got != want {
			t.Errorf("%d MiB: %d, want %d", mebibytes, got, want)
		}
	}
}
