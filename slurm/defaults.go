package slurm

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
)

// defaultTimeLimit is the time limit of a request that names none, unless the partition's limit is less.
const defaultTimeLimit = 4 * time.Hour

// DefaultMemoryMiB returns the memory in MiB that a job with so many CPUs gets by default; 0
// if the site does not report it.
func (p Partition) DefaultMemoryMiB(cpus int) int {
	if p.DefMemPerCPUMiB > 0 {
		return p.DefMemPerCPUMiB * max(cpus, 1)
	}
	return p.DefMemPerNodeMiB
}

// ResolveDefaults fills in what the request leaves open: by the site's defaults
// ([Site.Defaults]) and otherwise CPUs and time limit; the partition and the memory are
// left to Slurm. It returns the partition that the job goes to, as far as the site reports it.
// For a partition that the site does not have, and a request that none of its nodes can
// meet, it returns a [fault.SlurmRejected], without asking Slurm.
func ResolveDefaults(req Request, site Site) (Request, Partition, error) {
	req = req.withMemoryOption().WithSiteDefaults(site)
	p, err := choosePartition(req.Partition, site)
	if err != nil {
		return req, Partition{}, req.Explain(err)
	}
	req.CPUs = max(req.CPUs, 1)
	if req.MemoryPerCPU {
		req.MemoryMiB = req.perCPU() * req.CPUs
	}
	req.TimeLimit = cmp.Or(req.TimeLimit, least(defaultTimeLimit, p.MaxTime))
	return req, p, req.Explain(fits(req, p))
}

// choosePartition returns the request's partition: the default, or the first if the request
// names several, all of which must exist.
func choosePartition(asked string, site Site) (Partition, error) {
	names := strings.Split(asked, ",")
	for _, name := range names {
		if _, ok := site.partition(name); !ok && asked != "" && len(site.Partitions) > 0 {
			return Partition{}, refusal(fmt.Sprintf("the site has no partition %s", strconv.Quote(name)), "Name one that it has: "+partitionNames(site))
		}
	}
	p, _ := site.partition(names[0])
	return p, nil
}

func partitionNames(site Site) string {
	var names []string
	for _, p := range site.Partitions {
		if !p.Hidden {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// fits returns an error if p can never run the request.
func fits(req Request, p Partition) error {
	in := "partition " + p.Name
	mostCPUs := least(p.TotalCPUs, p.MaxCPUsPerNode)
	switch {
	case strings.Contains(req.Partition, ","):
		return nil // Slurm chooses one of several
	case mostCPUs > 0 && req.CPUs > mostCPUs:
		return refusal(fmt.Sprintf("you asked for %d CPUs, and a node of %s has at most %d for a job", req.CPUs, in, mostCPUs), "Ask for fewer CPUs, or for another partition")
	case p.TotalMemoryMiB > 0 && req.MemoryMiB > p.TotalMemoryMiB:
		return refusal(fmt.Sprintf("you asked for %s of memory, and all nodes of %s together have %s", units.Memory(req.MemoryMiB), in, units.Memory(p.TotalMemoryMiB)), "Ask for less memory, or for another partition")
	case p.MaxMemPerNodeMiB > 0 && req.MemoryMiB > p.MaxMemPerNodeMiB:
		return refusal(fmt.Sprintf("you asked for %s of memory, and %s allows a job at most %s on a node", units.Memory(req.MemoryMiB), in, units.Memory(p.MaxMemPerNodeMiB)), "Ask for less memory, or for another partition")
	case p.MaxTime > 0 && req.TimeLimit > p.MaxTime:
		return refusal(fmt.Sprintf("you asked for a time limit of %s, and that of %s is %s", units.Duration(req.TimeLimit), in, units.Duration(p.MaxTime)), "Ask for less time, or for another partition")
	}
	return nil
}

// ErrNotOffered is in the chain of the error for a request that the site cannot meet, such as one
// with a misspelt partition: its advice says what the site has.
var ErrNotOffered = errors.New("the site does not offer it")

func refusal(answer, advice string) error {
	return &fault.Error{Code: fault.SlurmRejected, Tried: "looking up what the site offers", Answer: answer, Advice: advice, Err: ErrNotOffered}
}

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
		if value = plain.Line(value); value != "" {
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

// Explain adds to a refusal of the request what in it is from the user's login files: the user may
// have asked for nothing.
func (r Request) Explain(err error) error {
	f := fault.As(err)
	if f == nil || f.Code != fault.SlurmRejected || len(r.FromSite) == 0 {
		return err
	}
	set := make([]string, 0, len(r.FromSite))
	for _, d := range r.FromSite {
		set = append(set, d.String())
	}
	explained := *f
	explained.Advice += ". Your login files on the cluster set " + strings.Join(set, ", ")
	return &explained
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
