package site_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/slurm"
)

const capped = `
title = "Sunbird"
support = "help@example.org"
[caps]
cpus = 8
memory = "64G"
gpus = 1
time = "12h"
kernels = 2
idle = "2h"
grace = "1h"
`

func parse(t *testing.T, text string) site.File {
	t.Helper()
	r := site.Parse([]byte(text))
	if len(r.Mistakes) > 0 {
		t.Fatal(r.Mistakes)
	}
	return r.File
}

// TestEveryCap: a request for more is refused with what was asked, what the site allows, and
// whom to ask.
func TestEveryCap(t *testing.T) {
	f := parse(t, capped)
	for _, row := range []struct {
		asked slurm.Request
		want  string // "" if it is allowed
	}{
		{slurm.Request{CPUs: 8, MemoryMiB: 64 << 10, GPUs: "1", TimeLimit: 12 * time.Hour}, ""},
		{slurm.Request{SbatchOptions: []string{"--exclude=n1", "--nice"}}, ""},
		{slurm.Request{CPUs: 9}, "you asked for 9 CPUs, and Sunbird allows a kernel at most 8. Ask for fewer CPUs."},
		{slurm.Request{MemoryMiB: 65 << 10}, "you asked for 65 GB of memory, and Sunbird allows a kernel at most 64 GB. Ask for less memory."},
		{slurm.Request{TimeLimit: 13 * time.Hour}, "you asked for a time limit of 13 h, and Sunbird allows a kernel at most 12 h. Ask for less time."},
		{slurm.Request{GPUs: "2"}, "you asked for 2 GPUs, and Sunbird allows a kernel at most 1. Ask for fewer GPUs."},
		{slurm.Request{GPUs: "a100:2"}, "you asked for 2 GPUs, and Sunbird"},
		{slurm.Request{Gres: "shard:1,gpu:a100:2"}, "you asked for 2 GPUs, and Sunbird"},
		{slurm.Request{Gres: "gpu:a100,gpu:v100"}, "you asked for 2 GPUs, and Sunbird"},
		{slurm.Request{SbatchOptions: []string{"--exclusive"}}, "you asked for the sbatch option --exclusive, and Sunbird does not allow it"},
		{slurm.Request{SbatchOptions: []string{"--exclus=user"}}, "you asked for the sbatch option --exclus=user, and Sunbird does not allow it"},
		{slurm.Request{SbatchOptions: []string{"--gpus-per-node=4"}}, "you asked for the sbatch option --gpus-per-node=4, and Sunbird does not allow it"},
		{slurm.Request{SbatchOptions: []string{"--core-spec=0"}}, "the sbatch option --core-spec=0, and"},
		{slurm.Request{SbatchOptions: []string{"--thread-s=1"}}, "the sbatch option --thread-s=1, and"},
		{slurm.Request{SbatchOptions: []string{"--ntasks-per-gpu=1"}}, "the sbatch option --ntasks-per-gpu=1, and"},
		{slurm.Request{SbatchOptions: []string{"--hint=nomultithread"}}, "the sbatch option --hint=nomultithread, and"},
		{slurm.Request{SbatchOptions: []string{"--mem-per-c=40G"}}, "the sbatch option --mem-per-c=40G, and"},
		{slurm.Request{SbatchOptions: []string{"--mem-per-cpu=0"}}, "the sbatch option --mem-per-cpu=0, and"},
		{slurm.Request{CPUs: 3, MemoryMiB: 64 << 10, MemoryPerCPU: true}, ""}, // 65538 MiB, rounded up for each CPU
		{slurm.Request{CPUs: 3, MemoryMiB: 65 << 10, MemoryPerCPU: true}, "you asked for 65 GB of memory, and Sunbird allows a kernel at most 64 GB."},
		{slurm.Request{SbatchOptions: []string{"--mem-per-cpu=40G"}, CPUs: 2}, "you asked for 80 GB of memory, and Sunbird allows a kernel at most 64 GB."},
	} {
		req, p, err := slurm.ResolveDefaults(row.asked, slurm.Site{})
		if err == nil {
			_, err = f.Limit(row.asked, req, p)
		}
		if row.want == "" {
			if err != nil {
				t.Errorf("%+v: %v", row.asked, err)
			}
			continue
		}
		if !fault.Is(err, fault.SiteLimit) || !strings.Contains(err.Error(), row.want) || !strings.HasSuffix(err.Error(), "If you need more, ask help@example.org.") {
			t.Errorf("%+v: %v, want %q", row.asked, err, row.want)
		}
	}
}

// TestCapsOfDefaults: what nobody asked for is made less.
func TestCapsOfDefaults(t *testing.T) {
	f := parse(t, "[caps]\ntime = \"2h\"\nmemory = \"8G\"\ngpus = 0")
	all := slurm.Partition{Name: "all", Default: true, DefMemPerCPUMiB: 4 << 10, TotalCPUs: 40, TotalMemoryMiB: 190_000}
	asked := slurm.Request{CPUs: 4}
	req, p, err := slurm.ResolveDefaults(asked, slurm.Site{Partitions: []slurm.Partition{all}})
	if err == nil {
		req, err = f.Limit(asked, req, p)
	}
	if err != nil || req.TimeLimit != 2*time.Hour || req.MemoryMiB != 8<<10 {
		t.Errorf("%+v, %v", req, err)
	}
	// Slurm chooses one of several partitions, whose defaults may differ.
	small := slurm.Partition{Name: "small", DefMemPerNodeMiB: 2 << 10}
	for _, row := range []struct {
		partition string
		memory    int
	}{{"small", 0}, {"small,all", 2 << 10}, {"all,small", 8 << 10}} {
		asked := slurm.Request{CPUs: 4, Partition: row.partition}
		req, p, err := slurm.ResolveDefaults(asked, slurm.Site{Partitions: []slurm.Partition{all, small}})
		if err == nil {
			req, err = f.Limit(asked, req, p)
		}
		if err != nil || req.MemoryMiB != row.memory {
			t.Errorf("%s: %d MiB, want %d, %v", row.partition, req.MemoryMiB, row.memory, err)
		}
	}
	// Without a default, Slurm would give a job all memory of its node.
	for _, row := range []struct {
		what      string
		partition slurm.Partition
		perCPU    bool
		memory    int
	}{
		{"larger nodes", slurm.Partition{TotalNodes: 2, TotalMemoryMiB: 380_000}, false, 8 << 10},
		{"smaller nodes", slurm.Partition{TotalNodes: 2, TotalMemoryMiB: 12_002}, false, 6001},
		{"smaller nodes, by CPU", slurm.Partition{TotalNodes: 2, TotalMemoryMiB: 12_002}, true, 6000},
		{"a limit for each job", slurm.Partition{TotalNodes: 2, TotalMemoryMiB: 380_000, MaxMemPerNodeMiB: 5000}, false, 5000},
		{"a limit for each CPU", slurm.Partition{TotalNodes: 2, TotalMemoryMiB: 380_000, MaxMemPerCPUMiB: 1000}, false, 4000},
		{"nothing known", slurm.Partition{}, false, 8 << 10},
	} {
		row.partition.Name, row.partition.Default = "all", true
		asked := slurm.Request{CPUs: 4, MemoryPerCPU: row.perCPU}
		req, p, err := slurm.ResolveDefaults(asked, slurm.Site{Partitions: []slurm.Partition{row.partition}})
		if err == nil {
			req, err = f.Limit(asked, req, p)
		}
		if err != nil || req.MemoryMiB != row.memory {
			t.Errorf("%s: %d MiB, want %d, %v", row.what, req.MemoryMiB, row.memory, err)
		}
	}
	if _, err := f.Limit(slurm.Request{}, slurm.Request{GPUs: "1"}, p); err == nil || !strings.Contains(err.Error(), "you asked for 1 GPU, and the site allows a kernel none. Ask for fewer GPUs. If you need more, ask the site's support.") {
		t.Error(err)
	}
}

func TestCapOfKernels(t *testing.T) {
	f := parse(t, capped)
	if err := f.LimitKernels(1); err != nil {
		t.Error(err)
	}
	err := f.LimitKernels(2)
	if !fault.Is(err, fault.SiteLimit) || !strings.Contains(fault.Terminal.Render(err.Error()), "you asked for one more kernel, and have 2 kernels, and Sunbird allows a user at most 2. Stop one first") {
		t.Error(err)
	}
	if err := (site.File{}).LimitKernels(99); err != nil {
		t.Error(err)
	}
}

func TestRoutes(t *testing.T) {
	for _, row := range []struct{ file, pinned, want, refused string }{
		{"", "ssh", "ssh", ""},
		{"", "", "", ""},
		{"routes = [\"ssh\", \"srun\"]", "", "", ""},
		{"routes = [\"ssh\", \"srun\"]", "srun", "srun", ""},
		{"routes = [\"srun\"]", "", "srun", ""},
		{"routes = [\"srun\"]", "srun", "srun", ""},
		{"routes = [\"srun\"]", "ssh", "", "you asked for connections to nodes by ssh alone, and the site allows them only by srun"},
	} {
		route, err := parse(t, row.file).LimitRoute(row.pinned)
		if route != row.want || (err != nil) != (row.refused != "") || (err != nil && !strings.Contains(err.Error(), row.refused)) {
			t.Errorf("%+v: %q, %v", row, route, err)
		}
	}
}

// TestTimes: a lease and an idle time are made shorter, never longer; a user who asked for more
// is informed.
func TestTimes(t *testing.T) {
	f := parse(t, capped)
	for _, row := range []struct {
		grace, idle, wantGrace, wantIdle time.Duration
		asked                            bool
		want                             string
	}{
		{time.Hour, 2 * time.Hour, time.Hour, 2 * time.Hour, true, ""},
		{time.Minute, time.Minute, time.Minute, time.Minute, true, ""},
		{4 * time.Hour, -1, time.Hour, 2 * time.Hour, false, ""},
		{4 * time.Hour, time.Hour, time.Hour, time.Hour, true,
			"Sunbird keeps a kernel for at most 1 h while your computer is offline (you asked for 4 h). If you need more, ask help@example.org"},
		{time.Hour, -1, time.Hour, 2 * time.Hour, true, "Sunbird stops a kernel after at most 2 h without use (you asked for never). If you need more, ask help@example.org"},
		{time.Hour, 8 * time.Hour, time.Hour, 2 * time.Hour, true, "Sunbird stops a kernel after at most 2 h without use (you asked for 8 h). If you"},
	} {
		grace, idle, notice := f.LimitTimes(row.grace, row.idle, row.asked, row.asked)
		if grace != row.wantGrace || idle != row.wantIdle || !strings.HasPrefix(notice, row.want) || (row.want == "") != (notice == "") {
			t.Errorf("%+v: %s %s %q", row, grace, idle, notice)
		}
	}
	if grace, idle, notice := (site.File{}).LimitTimes(4*time.Hour, -1, true, true); grace != 4*time.Hour || idle != -1 || notice != "" {
		t.Error(grace, idle, notice)
	}
}
