package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/slurm"
)

// excess is something of a request that is more than a cap.
type excess struct {
	key            string // of the cap
	asked, allowed string // "16 CPUs"; "at most 8"
	advice         string // what to ask for instead
}

// exceeded returns what of a request is more than the caps allow.
func (c Caps) exceeded(req slurm.Request) []excess {
	var over []excess
	if c.CPUs > 0 && req.CPUs > c.CPUs {
		over = append(over, excess{"cpus", units.Count(req.CPUs, "CPU"), fmt.Sprintf("at most %d", c.CPUs), "fewer CPUs"})
	}
	memory := req.MemoryMiB
	if req.MemoryPerCPU {
		memory -= max(req.CPUs, 1) - 1 // it was rounded up for each CPU
	}
	if c.MemoryMiB > 0 && memory > c.MemoryMiB {
		over = append(over, excess{"memory", units.Memory(req.MemoryMiB) + " of memory", "at most " + units.Memory(c.MemoryMiB), "less memory"})
	}
	if c.Time > 0 && req.TimeLimit > c.Time {
		over = append(over, excess{"time", "a time limit of " + units.Duration(req.TimeLimit), "at most " + units.Duration(c.Time), "less time"})
	}
	if gpus := req.GPUCount(); c.GPUs != nil && gpus > *c.GPUs {
		allowed := fmt.Sprintf("at most %d", *c.GPUs)
		if *c.GPUs == 0 {
			allowed = "none"
		}
		over = append(over, excess{"gpus", units.Count(gpus, "GPU"), allowed, "fewer GPUs"})
	}
	return over
}

// Limit applies the caps to a request whose defaults are resolved for partition p. More than a
// cap in asked, the request without those defaults, is an error; a default is lowered to the cap.
func (f File) Limit(asked, req slurm.Request, p slurm.Partition) (slurm.Request, error) {
	c := f.Caps
	if option := c.forbidden(req.SbatchOptions); option != "" {
		return req, f.refusal("you asked for the sbatch option "+option, "does not allow it, since it limits what a kernel may have", "Leave it out.")
	}
	if c.Time > 0 && asked.TimeLimit == 0 {
		req.TimeLimit = min(req.TimeLimit, c.Time)
	}
	inLoginFiles := func(d slurm.Default) bool { return strings.Contains(d.Variable, "_MEM_PER_") }
	switch {
	case c.MemoryMiB == 0:
	case req.MemoryMiB == 0:
		req.MemoryMiB = c.defaultMemory(req, p)
	case slices.ContainsFunc(req.FromSite, inLoginFiles):
		req.MemoryMiB = min(req.MemoryMiB, c.MemoryMiB)
	}
	if over := c.exceeded(req); len(over) > 0 {
		e := over[0]
		return req, f.refusal("you asked for "+e.asked, "allows a kernel "+e.allowed, "Ask for "+e.advice+".")
	}
	return req, nil
}

// defaultMemory returns the memory to ask for in a request that names none; 0 if what Slurm gives
// the job by default is within the cap.
func (c Caps) defaultMemory(req slurm.Request, p slurm.Partition) int {
	memory := p.DefaultMemoryMiB(req.CPUs)
	severalPartitions := strings.Contains(req.Partition, ",") // p is the first; another may have a larger default
	if memory > 0 && memory <= c.MemoryMiB && !severalPartitions {
		return 0
	}
	if memory == 0 { // Slurm would give the job all memory of its node; at least one node has the average
		memory = least(least(p.TotalMemoryMiB/max(p.TotalNodes, 1), p.MaxMemPerNodeMiB), p.MaxMemPerCPUMiB*req.CPUs)
	}
	memory = least(memory, c.MemoryMiB)
	if req.MemoryPerCPU {
		memory -= memory % req.CPUs // it is rounded up for each CPU
	}
	return memory
}

// moreOptions are sbatch's options by which a job gets more than it asks for with cpus,
// memory and gpus. A --mem-per-cpu that [slurm.ResolveDefaults] understands is not among the
// options any more.
var moreOptions = []string{
	"exclusive", "core-spec", "thread-spec", // whole nodes
	"mincpus", "cpus-per-gpu", "ntasks-per-node", "extra-node-info", "hint", "threads-per-core", // CPUs, or cores with all their threads
	"mem-per-cpu", "mem-per-gpu",
	"gpus-per-node", "gpus-per-socket", "gpus-per-task", "ntasks-per-gpu", "ntasks-per-tres",
	"tres-per-job", "tres-per-node", "tres-per-socket", "tres-per-task",
}

// forbidden returns the first option that gets around a cap, or "". sbatch accepts
// abbreviations.
func (c Caps) forbidden(options []string) string {
	if c.CPUs == 0 && c.MemoryMiB == 0 && c.GPUs == nil {
		return ""
	}
	for _, option := range options {
		name, _, _ := strings.Cut(strings.TrimPrefix(option, "--"), "=")
		for _, more := range moreOptions {
			if strings.HasPrefix(more, name) {
				return option
			}
		}
	}
	return ""
}

// LimitKernels returns an error if a user with so many kernels may not start another one.
func (f File) LimitKernels(have int) error {
	if f.Caps.Kernels == 0 || have < f.Caps.Kernels {
		return nil
	}
	return f.refusal("you asked for one more kernel, and have "+units.Count(have, "kernel"), fmt.Sprintf("allows a user at most %d", f.Caps.Kernels),
		"Stop one first: "+fault.Command("list")+" shows them.")
}

// LimitRoute returns the only route that may be tried, "" for both. pinned is the user's.
func (f File) LimitRoute(pinned string) (string, error) {
	switch {
	case len(f.Routes) == 0 || slices.Contains(f.Routes, pinned):
		return pinned, nil
	case pinned != "":
		return "", f.refusal("you asked for connections to nodes by "+pinned+" alone", "allows them only by "+strings.Join(f.Routes, ", "), "Change "+fault.Setting("route")+".")
	case len(f.Routes) == 1:
		return f.Routes[0], nil
	}
	return "", nil
}

// LimitTimes returns for how long a kernel keeps running without its owner, and without use;
// the caps only make them shorter. notice says so to a user who asked for more.
func (f File) LimitTimes(grace, idle time.Duration, graceAsked, idleAsked bool) (graceGranted, idleGranted time.Duration, notice string) {
	var notices []string
	if limit := f.Caps.Grace; limit > 0 && grace > limit {
		if graceAsked {
			notices = append(notices, "keeps a kernel for at most "+units.Duration(limit)+" while your computer is offline (you asked for "+units.Duration(grace)+")")
		}
		grace = limit
	}
	if limit := f.Caps.Idle; limit > 0 && (idle <= 0 || idle > limit) {
		if idleAsked {
			asked := units.Duration(idle)
			if idle <= 0 {
				asked = "never"
			}
			notices = append(notices, "stops a kernel after at most "+units.Duration(limit)+" without use (you asked for "+asked+")")
		}
		idle = limit
	}
	if len(notices) == 0 {
		return grace, idle, ""
	}
	return grace, idle, f.name() + " " + strings.Join(notices, ", and ") + f.orAsk()
}

func (f File) name() string { return cmp.Or(f.Title, "The site") }

// orAsk returns whom to ask for more, for the end of a sentence.
func (f File) orAsk() string {
	return ". If you need more, ask " + cmp.Or(f.Support, "the site's support")
}

// refusal returns the error for more than a site allows.
func (f File) refusal(asked, allowed, advice string) error {
	return &fault.Error{
		Code: fault.SiteLimit, Tried: "checking the request for a kernel",
		Answer: asked + ", and " + cmp.Or(f.Title, "the site") + " " + allowed, Advice: advice + strings.TrimPrefix(f.orAsk(), ".") + ".",
	}
}

// Node returns the most that a kernel may have on a node with so much.
func (c Caps) Node(most slurm.NodeKind) slurm.NodeKind {
	most.CPUs, most.MemoryMiB = least(most.CPUs, c.CPUs), least(most.MemoryMiB, c.MemoryMiB)
	if c.GPUs == nil {
		return most
	}
	gpus := most.GPUs
	most.GPUs = nil
	for _, kind := range gpus {
		if kind.Count = min(kind.Count, *c.GPUs); kind.Count > 0 {
			most.GPUs = append(most.GPUs, kind)
		}
	}
	return most
}

// MaxTime returns the longest time limit where a partition has this one; 0: none.
func (c Caps) MaxTime(limit time.Duration) time.Duration { return least(limit, c.Time) }

// least returns the smaller of two limits, of which zero is none.
func least[T int | time.Duration](a, b T) T {
	if a == 0 || (b > 0 && b < a) {
		return b
	}
	return a
}
