package remote

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// groups writes files of control groups, by name, to a folder in place of /sys/fs/cgroup,
// and returns it. SYS in a file's content is replaced by that folder.
func groups(t *testing.T, files map[string]string) string {
	t.Helper()
	sys := t.TempDir()
	for name, content := range files {
		path := filepath.Join(sys, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(content, "SYS", sys)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return sys
}

// bash runs lines that call memory.sh's functions and returns what they print.
func bash(t *testing.T, dir, lines string) string {
	t.Helper()
	const settings = "set -u -o noclobber\nIFS=,\n" // as a user's own startup files may have them
	cmd := exec.CommandContext(t.Context(), "bash", "-c", settings+memoryScript+useScript+givenScript+lines)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("bash: %v", err)
	}
	return strings.ReplaceAll(string(out), dir, "SYS")
}

// The files of three kinds of machine.
var (
	version1 = map[string]string{
		"cgroup": "9:name=systemd:/\n4:memory:/slurm/uid_1/job_5/step_batch/task_0\n1:cpu:/\n0::/\n",
		"mountinfo": "978 977 0:28 / SYS rw - tmpfs tmpfs rw,mode=755\n709 978 0:30 / SYS/cpu rw,relatime - cgroup cgroup rw,cpu\n" +
			"988 978 0:38 / SYS/unified rw - cgroup2 cgroup2 rw\n982 978 0:32 / SYS/memory rw,relatime shared:3 - cgroup cgroup rw,memory\n",
		"memory/slurm/uid_1/job_5/step_batch/task_0/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n",
		"memory/slurm/uid_1/job_5/step_batch/task_0/memory.stat":        "cache 0\nhierarchical_memory_limit 4294967296\nhierarchical_memsw_limit 9223372036854771712\n",
	}
	version2 = map[string]string{
		"cgroup":    "0::/system.slice/slurmstepd.scope/job_5/step_batch/user/task_0\n",
		"mountinfo": "30 25 0:26 / SYS rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
		"system.slice/slurmstepd.scope/job_5/memory.max":                            "4294967296\n",
		"system.slice/slurmstepd.scope/job_5/step_batch/memory.max":                 "max\n",
		"system.slice/slurmstepd.scope/job_5/step_batch/user/memory.max":            "8589934592\n",
		"system.slice/slurmstepd.scope/job_5/step_batch/user/memory.events":         "low 0\noom 0\noom_kill 0\noom_group_kill 0\n",
		"system.slice/slurmstepd.scope/job_5/step_batch/user/task_0/cgroup.procs":   "1\n", // without the controller
		"system.slice/slurmstepd.scope/job_5/step_batch/user/task_0/cgroup.threads": "1\n",
	}
	nothing = map[string]string{"cgroup": "0::/\n", "mountinfo": "30 25 0:26 / SYS rw - cgroup2 cgroup2 rw\n"}
)

func TestMemoryGroup(t *testing.T) {
	for _, row := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"version 1", version1, "SYS/memory/slurm/uid_1/job_5/step_batch/task_0\n"},
		{"version 2", version2, "SYS/system.slice/slurmstepd.scope/job_5/step_batch/user\n"},
		{"none", nothing, ""},
	} {
		if got := bash(t, groups(t, row.files), "memory_group cgroup mountinfo"); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// TestMemoryLook: each kill is reported once, with the limit.
func TestMemoryLook(t *testing.T) {
	const twice = "\nmemory_group cgroup mountinfo >memory; memory_look .; %\nmemory_look .; memory_look ."
	const counted = "oom_kill_disable 0\noom_kill 2\n"
	for _, row := range []struct {
		name  string
		files map[string]string
		kill  string
		want  string
	}{
		{"version 1", version1, "printf '" + counted + "' >|memory/slurm/uid_1/job_5/step_batch/task_0/memory.oom_control", "memory 2 4294967296\n"},
		{"version 2", version2, "printf 'oom 3\noom_kill 1\n' >|system.slice/slurmstepd.scope/job_5/step_batch/user/memory.events", "memory 1 4294967296\n"},
		{"no limit", nothing, ":", ""},
	} {
		files := map[string]string{}
		for name, content := range row.files {
			files[strings.Replace(name, "memory/slurm", "memory.d/slurm", 1)] = strings.ReplaceAll(content, "SYS/memory ", "SYS/memory.d ")
		}
		lines := strings.Replace(twice, "%", strings.Replace(row.kill, "memory/slurm", "memory.d/slurm", 1), 1)
		if got := bash(t, groups(t, files), lines); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// TestMemoryLookOfOldLinux: Linux before 4.13 does not count kills; a restart by Jupyter soon
// after the limit was reached counts as one, and neither alone does.
func TestMemoryLookOfOldLinux(t *testing.T) {
	const restart, met = "\necho '[W] KernelRestarter: restarting kernel (1/5)' >>p/log", "\necho 9 >|g/job/memory.failcnt"
	const looks = "\nmemory_look p; memory_look p; memory_look p; memory_look p; memory_look p"
	for _, row := range []struct{ name, lines, want string }{
		{"killed", met + looks[:15] + restart + looks, "memory 1 1048576\n"},
		{"a restart", restart + looks, ""},
		{"the limit reached", met + looks, ""},
		{"a restart long after", met + looks + restart + looks, ""},
		{"twice", met + restart + looks[:15] + "\necho 99 >|g/job/memory.failcnt" + restart + looks, "memory 1 1048576\nmemory 2 1048576\n"},
		{"counted on", "\necho 3 >p/kills; memory_reported=3" + met + restart + looks, "memory 4 1048576\n"},
	} {
		sys := groups(t, map[string]string{
			"p/memory": "SYS/g/job/task\n", "p/log": "",
			"g/job/task/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n", "g/job/task/memory.failcnt": "0\n",
			"g/job/task/memory.stat": "hierarchical_memory_limit 1048576\n", "g/job/memory.failcnt": "5\n",
		})
		if got := bash(t, sys, "\nmemory_look p"+row.lines); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestMemoryError(t *testing.T) {
	for _, row := range []struct {
		had, most    int
		answer, more string
		want         int
	}{
		{4096, 0, "it used more than its 4 GB of memory", "Start again with 8 GB.", 8192},
		{300, 0, "it used more than its 300 MB of memory", "Start again with 600 MB.", 600},
		{4096, 6144, "4 GB", "Start again with 6 GB.", 6144},
		{4096, 4096, "4 GB", "partition", 0},
		{0, 0, "job 5 ran out of memory", "more memory", 0},
	} {
		m := Memory{HadMiB: row.had, MostMiB: row.most}
		f := m.Error("job 5")
		if f.Code != fault.JobOutOfMemory || !strings.Contains(f.Answer, row.answer) || !strings.Contains(f.Advice, row.more) || m.More() != row.want {
			t.Errorf("%+v: %q %q %d", m, f.Answer, f.Advice, m.More())
		}
	}
}

func TestParseKills(t *testing.T) {
	for _, row := range []struct {
		rest       string
		kills, had int
		ok         bool
	}{
		{"2 4294967296", 2, 4096, true}, {"2", 0, 0, false}, {"", 0, 0, false}, {"x 1048576", 0, 0, false}, {"1 " + strconv.Itoa(1<<40), 1, 1 << 20, true},
	} {
		kills, had, ok := ParseMemoryKills(row.rest)
		if kills != row.kills || had != row.had || ok != row.ok {
			t.Errorf("%q: %d %d %v", row.rest, kills, had, ok)
		}
	}
}

// TestMemoryBlamed: a killed process may still be visible for a while.
func TestMemoryBlamed(t *testing.T) {
	const kill = "printf 'oom_kill 1\n' >|memory.events\n"
	const look, died = "memory_watch .\n", "memory_watch .; memory_blamed && echo blamed; :"
	for _, row := range []struct{ name, lines, want string }{
		{"seen dead at once", look + kill + died, "blamed\n"},
		{"seen alive after the kill", look + kill + look + look + died, "blamed\n"},
		{"killed long ago", look + kill + look + "SECONDS=$((SECONDS + 60))\n" + look + died, ""},
		{"not killed", look + look + died, ""},
	} {
		dir := groups(t, map[string]string{"memory.events": "low 0\noom_kill 0\n"})
		if got := bash(t, dir, "\nmemory_kills .; memory_seen=$kills killed=\n"+row.lines); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
