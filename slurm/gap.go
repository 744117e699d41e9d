package slurm

import (
	"cmp"
	"context"
	_ "embed"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/loginshell"
)

//go:embed scripts/gap.sh
var gapScript string

// gapFields are what sinfo is asked about each node.
const gapFields = "NodeHost:80,CPUsState:48,Memory:16,AllocMem:16,Gres:400,GresUsed:400,StateLong:24"

const (
	shortestGap = 15 * time.Minute // a kernel is of no use for less
	gapMargin   = 5 * time.Minute  // Slurm starts jobs every few minutes at most
)

// FitsGap returns what of a resolved request would start now, although jobs wait: as many CPUs as
// one node has free, until the first of the waiting jobs is expected to start there. Slurm's
// backfill starts what delays no job that waits. (sbatch --test-only does not know of it: it
// counts from the end of the waiting jobs.) ok is false if nothing fits, or all does. One
// scheduler call (sinfo).
func (c *Client) FitsGap(ctx context.Context, req Request, p Partition, firstStart time.Time) (smaller Request, ok bool, err error) {
	const tried = "asking Slurm what is free"
	options := inCluster(req.Clusters) + "--noheader --Node --exact --partition=" + loginshell.Quote(p.Name) + " --Format=" + gapFields
	f, err := c.askLast(ctx, tried, "sp_options=("+options+")\n"+gapScript)
	if err != nil {
		return req, false, err
	}
	clock, nodes, _ := strings.Cut(f.text, "\n")
	if f.status != 0 {
		return req, false, rejectionError(tried, frame{name: f.name, status: f.status, text: nodes})
	}
	seconds, err := strconv.ParseInt(clock, 10, 64)
	if err != nil {
		return req, false, parseError(tried, err)
	}
	smaller, ok = fitsGap(req, p, nodes, firstStart.Sub(time.Unix(seconds, 0)))
	return smaller, ok, nil
}

// fitsGap is FitsGap with sinfo's answer and the time until the first start.
func fitsGap(req Request, p Partition, nodes string, gap time.Duration) (smaller Request, ok bool) {
	smaller = req
	smaller.CPUs = 0
	for line := range strings.Lines(nodes) {
		if f := strings.Fields(line); len(f) == 7 && startsJobs(f[6]) {
			smaller.CPUs = max(smaller.CPUs, fittingCPUs(req, p, f))
		}
	}
	smaller.TimeLimit = min(req.TimeLimit, (gap - gapMargin).Truncate(5*time.Minute))
	if req.MemoryPerCPU {
		smaller.MemoryMiB = req.perCPU() * smaller.CPUs
	}
	return smaller, smaller.CPUs > 0 && smaller.TimeLimit >= shortestGap && (smaller.CPUs < req.CPUs || smaller.TimeLimit < req.TimeLimit)
}

// fittingCPUs returns how many of the CPUs that the request asks for, with their memory and with all of
// its GPUs, a node has free.
func fittingCPUs(req Request, p Partition, f []string) int {
	state := strings.Split(f[1], "/") // allocated/idle/other/total
	if len(state) != 4 {
		return 0
	}
	cpus, memory := min(req.CPUs, count(state[1])), mebibytes(f[2])-mebibytes(f[3])
	perCPU, whole := 0, cmp.Or(req.MemoryMiB, p.DefMemPerNodeMiB)
	switch {
	case req.MemoryPerCPU:
		perCPU = req.perCPU()
	case req.MemoryMiB == 0:
		perCPU = p.DefMemPerCPUMiB
	}
	if perCPU > 0 {
		cpus, whole = min(cpus, max(memory, 0)/perCPU), 0
	}
	kind, n := gpus(req)
	if free := freeGPUs(parseGPUs(f[4]), parseGPUs(f[5]), 1); whole > memory || countGPUs(free, kind) < n {
		return 0
	}
	return cpus
}
