package remote

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Use is what a whole job uses: kernels, Jupyter and shells.
type Use struct {
	CPUPercent     int // 100: one CPU was busy since the look before; -1: not known
	MostCPUPercent int // the most over 10 s, so far; -1: not known
	MemoryMiB      int // without files in the cache that Linux drops first; 0: not known
	MostMemoryMiB  int // so far; 0: not known
	LimitMiB       int // of the memory; 0: there is none, or it is not known
	GPUs           []GPU
}

// GPU is what one of the job's GPUs does. -1: not known.
type GPU struct{ Percent, UsedMiB, TotalMiB int }

// Known reports whether anything is known: no control group is the job's alone at some sites.
func (u Use) Known() bool { return u.MemoryMiB > 0 || u.CPUPercent >= 0 || u.MostCPUPercent >= 0 }

// reading is one look, as node_agent.sh reports it. 0: not known.
type reading struct {
	at    time.Duration // the node's time since boot
	cpu   time.Duration // CPU time of the job so far
	used  int64         // memory in bytes, see use.sh; the others too
	total int64
	most  int64
	limit int64
	seen  *samples
	gpus  []GPU
}

// samples are the highest values that job.sh has seen in its samples; see use_sample.
type samples struct {
	used, total int64
	cpus        int // in hundredths
}

// parseReading reads "at=12.34 cpu=5 memory=6 ..." of node_agent.sh.
func parseReading(rest string) (reading, bool) {
	v := valuesOf(rest)
	seconds, err := strconv.ParseFloat(v["at"], 64)
	if err != nil || !(seconds > 0 && seconds < 1e9) {
		return reading{}, false
	}
	at := time.Duration(seconds * float64(time.Second))
	return reading{
		at: at, cpu: time.Duration(min(v.number("cpu"), math.MaxInt64/1000)) * time.Microsecond,
		used: v.number("memory"), total: v.number("total"), most: v.number("most"), limit: v.number("limit"),
		seen: parseSamples(v["seen"]), gpus: parseGPUs(v["gpus"], at),
	}, at > 0
}

// values are what a line "NAME=VALUE ..." of a script says.
type values map[string]string

func valuesOf(rest string) values {
	v := values{}
	for word := range strings.FieldsSeq(rest) {
		name, value, _ := strings.Cut(word, "=")
		v[name] = value
	}
	return v
}

// number returns a number that is not negative; 0: not known.
func (v values) number(name string) int64 {
	n, _ := strconv.ParseInt(v[name], 10, 64)
	return max(n, 0)
}

// oldestGPUs is how old a report of the GPUs may be: they are looked at every 5 s.
const oldestGPUs = 12 * time.Second

// parseGPUs reads "TIME;INDEX,PERCENT,USED,TOTAL;..." of given.sh. nvidia-smi writes words
// instead of numbers that it does not know.
func parseGPUs(text string, now time.Duration) (gpus []GPU) {
	then, rest, _ := strings.Cut(text, ";")
	seconds, err := strconv.ParseFloat(then, 64)
	if age := now.Seconds() - seconds; err != nil || !(age >= 0 && age < oldestGPUs.Seconds()) {
		return nil
	}
	for entry := range strings.SplitSeq(rest, ";") {
		words := strings.Split(entry, ",")
		if len(words) != 4 {
			continue
		}
		numbers := [4]int{}
		for i, word := range words {
			n, err := strconv.Atoi(word)
			if numbers[i] = n; err != nil || n < 0 {
				numbers[i] = -1
			}
		}
		gpus = append(gpus, GPU{numbers[1], numbers[2], numbers[3]})
	}
	return gpus
}

func parseSamples(text string) *samples {
	var s samples
	if n, _ := fmt.Sscanf(text, "%d,%d,%d", &s.used, &s.total, &s.cpus); n != 3 || min(s.used, s.total, int64(s.cpus)) < 0 {
		return nil
	}
	s.cpus = min(s.cpus, math.MaxInt32)
	return &s
}

// mostMemory returns the most memory that the job has used, in bytes. The kernel's own figure
// counts files in the cache, too, so the highest sample counts; but what the kernel has seen
// above all samples counts in full, since it may have been memory.
func (r reading) mostMemory() int64 {
	switch {
	case r.used == 0 || r.seen == nil:
		return r.used
	case r.most == 0:
		return max(r.used, r.seen.used)
	}
	unseen := max(0, r.most-max(r.total, r.seen.total))
	return min(max(r.used, r.seen.used)+unseen, r.most)
}

// UseMeter makes readings into what a job uses. The zero value is ready.
type UseMeter struct {
	last    reading // that percent is measured from
	percent int
	known   bool // percent is
}

// shortestMeasure is the least time between two readings that are compared.
const shortestMeasure = 900 * time.Millisecond

// Add takes the rest of the agent's line.
func (m *UseMeter) Add(rest string) (Use, bool) {
	r, ok := parseReading(rest)
	if !ok {
		return Use{}, false
	}
	took := r.at - m.last.at
	switch {
	case r.cpu == 0:
		*m = UseMeter{}
	case m.last.at == 0 || took < 0:
		*m = UseMeter{last: r}
	case took >= shortestMeasure:
		*m = UseMeter{last: r, percent: int(math.Round(100 * float64(max(0, r.cpu-m.last.cpu)) / float64(took))), known: true}
	}
	u := Use{CPUPercent: -1, MostCPUPercent: -1, MemoryMiB: mib(r.used), LimitMiB: mib(r.limit), MostMemoryMiB: mib(r.mostMemory()), GPUs: r.gpus}
	if m.known {
		u.CPUPercent = m.percent
	}
	if r.cpu > 0 && r.seen != nil {
		u.MostCPUPercent = r.seen.cpus
	}
	return u, true
}

// mib returns bytes in MiB, at least 1 if there are any.
func mib(bytes int64) int {
	if bytes <= 0 {
		return 0
	}
	return max(1, int(min((bytes+1<<19)>>20, math.MaxInt32)))
}

// Enough is what would have been enough for a job. The zero value: what it had, or that is not
// known.
type Enough struct{ CPUs, MemoryMiB int }

// Enough returns what would have been enough for a job with so many CPUs and so much memory, if
// that is at most half of one of them: then a smaller request is worth a try, also if the next
// one needs more. Smaller requests start sooner.
func (u Use) Enough(cpus, memoryMiB int) Enough {
	enough := Enough{cpus, memoryMiB}
	if u.MostCPUPercent >= 0 {
		enough.CPUs = min(cpus, max(1, (u.MostCPUPercent-jupyterPercent+99)/100))
	}
	if u.MostMemoryMiB > 0 {
		enough.MemoryMiB = min(memoryMiB, memoryStep(u.MostMemoryMiB+u.MostMemoryMiB/4))
	}
	if cpus > 0 && 2*enough.CPUs <= cpus || memoryMiB > 0 && 2*enough.MemoryMiB <= memoryMiB {
		return enough
	}
	return Enough{}
}

// jupyterPercent is what Jupyter and shells may use next to a kernel that keeps whole CPUs busy.
const jupyterPercent = 10

// memoryStep rounds up to 1, 2, 3, 4, 6, 8, 12, 16, ... GB, as users ask for it.
func memoryStep(mebibytes int) int {
	for step := 1024; ; step *= 2 {
		switch {
		case mebibytes <= step:
			return step
		case step >= 2048 && mebibytes <= step+step/2:
			return step + step/2
		case step > 1<<30:
			return mebibytes
		}
	}
}
