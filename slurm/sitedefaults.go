package slurm

import (
	"slices"
	"strings"
	"time"
)

// Default is a value for jobs that the user's login files name: by a variable that sbatch
// would read (sbatch(1), "INPUT ENVIRONMENT VARIABLES"), or by salloc's or srun's variable
// for the same. Many sites tell users to set those, so what is said for one counts for us.
type Default struct {
	// Variable is its name, "SBATCH_ACCOUNT".
	Variable string
	// Value is its value, as it stands there.
	Value string
}

// String returns the default as users know it, "SBATCH_ACCOUNT=scw1000".
func (d Default) String() string { return d.Variable + "=" + d.Value }

// parseDefaults reads NAME=VALUE lines. The first of several for one thing counts, in the
// order sbatch, salloc, srun.
func parseDefaults(text string) []Default {
	var all, first []Default
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if value = printable(value); value != "" {
			all = append(all, Default{name, value})
		}
	}
	for _, command := range []string{"SBATCH_", "SALLOC_", "SLURM_"} {
		for _, d := range all {
			thing, ok := strings.CutPrefix(d.Variable, command)
			if ok && !slices.ContainsFunc(first, func(f Default) bool { return f.thing() == thing }) {
				first = append(first, d)
			}
		}
	}
	return first
}

// thing returns what the variable is for, "ACCOUNT".
func (d Default) thing() string {
	_, thing, _ := strings.Cut(d.Variable, "_")
	return thing
}

// apply fills in what req leaves open, and reports whether it did.
func (d Default) apply(req *Request) bool {
	switch d.thing() {
	case "ACCOUNT":
		return fill(&req.Account, d.Value)
	case "PARTITION":
		return fill(&req.Partition, d.Value)
	case "QOS":
		return fill(&req.QOS, d.Value)
	case "RESERVATION":
		return fill(&req.Reservation, d.Value)
	case "CLUSTERS":
		return fill(&req.Clusters, d.Value)
	case "CONSTRAINT":
		return fill(&req.Constraint, d.Value)
	case "TIMELIMIT":
		return fill(&req.TimeLimit, max(duration(d.Value), 0).Round(time.Minute))
	case "MEM_PER_NODE":
		return fill(&req.MemoryMiB, mebibytes(d.Value))
	case "MEM_PER_CPU":
		perCPU := mebibytes(d.Value)
		if !fill(&req.MemoryMiB, perCPU*max(req.CPUs, 1)) {
			return false
		}
		req.MemoryPerCPU = true
		return true
	}
	return false
}

// fill sets an open value, and reports whether it did.
func fill[T comparable](value *T, to T) bool {
	var open T
	if *value != open || to == open {
		return false
	}
	*value = to
	return true
}
