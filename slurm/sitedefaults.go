package slurm

import (
	"slices"
	"strings"
)

// Default is a value for jobs from the user's login files: from a variable that sbatch reads
// (sbatch(1), "INPUT ENVIRONMENT VARIABLES"), or from salloc's or srun's variable for the
// same, since many sites have users set only those.
type Default struct {
	// Variable is its name, "SBATCH_ACCOUNT".
	Variable string
	// Value is its value.
	Value string
}

// String returns the default as users know it, "SBATCH_ACCOUNT=scw1000".
func (d Default) String() string { return d.Variable + "=" + d.Value }

// parseDefaults reads NAME=VALUE lines. Of several variables for the same, the first in the
// order sbatch, salloc, srun counts.
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

// WithSiteDefaults returns r with the site's defaults for what it leaves open.
func (r Request) WithSiteDefaults(site Site) Request {
	for _, d := range site.Defaults {
		if d.apply(&r) {
			r.FromSite = append(r.FromSite, d)
		}
	}
	return r
}

// thing returns what the variable is for, "ACCOUNT".
func (d Default) thing() string {
	_, thing, _ := strings.Cut(d.Variable, "_")
	return thing
}

// apply fills in what req leaves open, and reports whether it did.
func (d Default) apply(req *Request) bool {
	names := map[string]*string{
		"ACCOUNT": &req.Account, "PARTITION": &req.Partition, "QOS": &req.QOS, "RESERVATION": &req.Reservation,
		"CONSTRAINT": &req.Constraint, "CLUSTERS": &req.Clusters,
	}
	switch thing := d.thing(); thing {
	case "TIMELIMIT":
		return fill(&req.TimeLimit, duration(d.Value))
	case "MEM_PER_NODE":
		return fill(&req.MemoryMiB, mebibytes(d.Value))
	case "MEM_PER_CPU":
		filled := fill(&req.MemoryMiB, mebibytes(d.Value)*max(req.CPUs, 1))
		req.MemoryPerCPU = req.MemoryPerCPU || filled
		return filled
	default:
		name, known := names[thing]
		return known && fill(name, d.Value)
	}
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
