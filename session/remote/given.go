package remote

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
)

// given is what a job has, as given.sh reports it.
type given struct {
	lines []string // what the program of the GPUs' maker printed

	cpus, online int // CPUs that the job may use, and all of the node
	allocated    int // CPUs by Slurm; 0: not known
	limit        int // of the memory in MiB; 0: none
	gpus         int // GPUs by Slurm; 0: none, or not known
	ids          string
	visible      string // as CUDA_VISIBLE_DEVICES; "unset"
	devices      int    // device files of GPUs
	listed       bool   // there is a program of the GPUs' maker
	silent       bool   // it has printed nothing for gpu_patience
}

// Asked is what was asked for; 0: nothing.
type Asked struct{ CPUs, MemoryMiB, GPUs int }

// GivenTime returns the time limit that the job has, from the same line as [GivenFaults]; 0: not known.
func GivenTime(rest string) time.Duration {
	seconds := valuesOf(rest).number("time")
	if seconds > 366*24*60*60 {
		return 0 // it has none
	}
	return time.Duration(seconds) * time.Second
}

// countList returns how many numbers a list of Linux has: "0-3,8" has 5.
func countList(list string) (n int) {
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		to := from
		if err == nil && isRange {
			to, err = strconv.Atoi(last)
		}
		if err != nil || from < 0 || to < from || to > 1<<20 {
			return 0
		}
		n += to - from + 1
	}
	return n
}

// GivenFaults returns what differs from what was asked for, the worst first: from the line "given NAME=VALUE ..."
// of given.sh, and the lines that the program of the GPUs' maker has printed.
func GivenFaults(gpuLines []string, rest string, asked Asked, node string) (faults []*fault.Error) {
	v := valuesOf(rest)
	g := &given{
		lines: gpuLines, cpus: countList(v["cpus"]), online: countList(v["online"]), allocated: int(v.number("allocated")),
		limit: mib(v.number("limit")), gpus: int(v.number("gpus")), ids: v["ids"], visible: v["visible"],
		devices: int(v.number("devices")), listed: v["listed"] != "", silent: v["listed"] == "silent",
	}
	asked.GPUs = max(asked.GPUs, g.gpus)
	for _, f := range []*fault.Error{g.gpuFault(asked.GPUs, node), g.cpuFault(asked.CPUs, node), g.memoryFault(asked.MemoryMiB, node)} {
		if f != nil {
			faults = append(faults, f)
		}
	}
	return faults
}

// anotherNode is advice for a node with a fault.
func anotherNode(node string) string {
	return "Tell the site's support, and start again on another node: exclude this one with " + fault.Option("exclude="+node) + "."
}

func (g *given) gpuFault(asked int, node string) *fault.Error {
	there := g.visibleGPUs()
	switch {
	case g.silent && asked > 0:
		return &fault.Error{Code: fault.GPUDriver, Answer: "the GPUs of " + node + " do not respond: the program that lists them hangs", Advice: anotherNode(node)}
	case g.silent:
		return nil // nobody asked for them
	case asked > 0 && there == 0 && g.driverFault() != "":
		return &fault.Error{Code: fault.GPUDriver, Answer: "the GPUs of " + node + " cannot be used: nvidia-smi says: " + g.driverFault(), Advice: anotherNode(node)}
	case there < asked && there == 0:
		return &fault.Error{Code: fault.GPUMissing, Answer: "you asked for " + gpuCount(asked) + ", but the job on " + node + " sees none", Advice: anotherNode(node)}
	case there < asked:
		return &fault.Error{Code: fault.GPUMissing, Answer: fmt.Sprintf("you asked for %s, but the job on %s sees %d", gpuCount(asked), node, there), Advice: anotherNode(node)}
	case there > asked && asked == 0:
		return &fault.Error{Code: fault.NotConfined, Answer: "the job on " + node + " sees " + gpuCount(there) + ", which are not yours: you asked for none",
			Advice: "Ask for a GPU if your code uses one. Otherwise hide them in the first cell: import os; os.environ['CUDA_VISIBLE_DEVICES'] = ''."}
	case there > asked:
		f := &fault.Error{Code: fault.NotConfined, Answer: fmt.Sprintf("the job on %s sees %s, but only %d %s yours", node, gpuCount(there), asked, map[bool]string{true: "is", false: "are"}[asked == 1])}
		f.Advice = "Others may use the rest. Ask the site's support which are yours."
		if g.ids != "" {
			f.Advice = "Others may use the rest. Choose yours in the first cell: import os; os.environ['CUDA_VISIBLE_DEVICES'] = '" + g.ids + "'."
		}
		return f
	}
	return nil
}

// Lines of nvidia-smi -L and rocm-smi --showuniqueid.
var (
	gpuLine = regexp.MustCompile(`^GPU (\d+): |^GPU\[(\d+)\]`)
	migLine = regexp.MustCompile(`^\s*MIG .*UUID: MIG-`)
)

// visibleGPUs returns how many GPUs, or parts of one (MIG), the kernels can use.
func (g *given) visibleGPUs() int {
	seen := map[string]int{} // parts by GPU; 0: a whole one
	last := ""
	for _, line := range g.lines {
		if m := gpuLine.FindStringSubmatch(line); m != nil {
			last = m[1] + m[2]
			seen[last] += 0
		} else if migLine.MatchString(line) && last != "" {
			seen[last]++
		}
	}
	n := 0
	for _, parts := range seen {
		n += max(1, parts)
	}
	if !g.listed {
		n = g.devices // there is no program that knows better
	}
	if g.visible != "unset" {
		n = min(n, chosen(g.visible))
	}
	return n
}

// chosen returns how many GPUs a value of CUDA_VISIBLE_DEVICES names. CUDA ignores those after
// the first that is not valid, such as Slurm's NoDevFiles.
func chosen(value string) int {
	names := strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
	isName := func(s string) bool {
		return strings.HasPrefix(s, "GPU-") || strings.HasPrefix(s, "MIG-") || strings.Trim(s, "0123456789") == ""
	}
	if i := slices.IndexFunc(names, func(s string) bool { return !isName(s) }); i >= 0 {
		return i
	}
	return len(names)
}

// driverFault returns what nvidia-smi says instead of listing GPUs, or "".
func (g *given) driverFault() string {
	for i, line := range g.lines {
		for _, known := range []string{"NVML", "NVIDIA-SMI has failed", "Unable to determine the device handle"} {
			if strings.Contains(line, known) {
				return strings.TrimSuffix(strings.Join(g.lines[i:min(i+2, len(g.lines))], "; "), ".")
			}
		}
	}
	return ""
}

func gpuCount(n int) string {
	if n == 1 {
		return "1 GPU"
	}
	return strconv.Itoa(n) + " GPUs"
}

func (g *given) cpuFault(asked int, node string) *fault.Error {
	wanted := max(asked, g.allocated)
	switch {
	case g.cpus == 0 || g.online == 0 || wanted == 0:
		return nil // not known
	case g.cpus < min(wanted, g.online): // some sites say in Slurm's configuration that a node has more than it has
		return &fault.Error{Code: fault.FewerResources, Answer: fmt.Sprintf("you asked for %d CPUs, but the job on %s may use only %d", wanted, node, g.cpus),
			Advice: anotherNode(node)}
	case g.cpus == g.online && g.cpus > 2*wanted: // twice as many are the threads of its cores
		return &fault.Error{Code: fault.NotConfined, Answer: fmt.Sprintf("the job sees all %d CPUs of %s, but only %d %s yours", g.cpus, node, wanted, map[bool]string{true: "is", false: "are"}[wanted == 1]),
			Advice: fmt.Sprintf("Libraries may start too many threads. Set their number in the first cell: import os; os.environ['OMP_NUM_THREADS'] = '%d'.", wanted)}
	}
	return nil
}

func (g *given) memoryFault(asked int, node string) *fault.Error {
	switch {
	case asked == 0:
		return nil
	case g.limit == 0:
		return &fault.Error{Code: fault.NotConfined, Answer: "nothing keeps the job on " + node + " to the " + units.Memory(asked) + " of memory that you asked for",
			Advice: "Stay below that: if the node runs out of memory, others' jobs fail, too."}
	case g.limit < asked*9/10:
		return &fault.Error{Code: fault.FewerResources, Answer: fmt.Sprintf("you asked for %s of memory, but the job on %s has %s", units.Memory(asked), node, units.Memory(g.limit)),
			Advice: anotherNode(node)}
	}
	return nil
}
