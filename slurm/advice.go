package slurm

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/internal/units"
)

// Advice describes a job's situation in plain language.
type Advice struct {
	// Message is why the job waits, or how it ended; "" while it runs.
	Message string
	// Advice is what to do about it.
	Advice string
}

// Advice returns why the job waits or how it ended, and what to do, with figures of its
// request and partition unless they are zero values.
func (j Job) Advice(p Partition, req Request) Advice {
	switch {
	case j.State.Ended():
		end := j.End()
		return Advice{Message: end.Answer, Advice: end.Advice}
	case j.State == StateConfiguring || j.State == StatePowerUpNode:
		return Advice{"the node is being prepared", "Wait; a node that has to be powered on takes a few minutes"}
	case j.State == StateRequeueHold || j.State == StateSpecialExit || j.State == StateResvDelHold:
		return Advice{"Slurm requeued the job and put it on hold", "Stop the job and start again; if it happens again, ask the site"}
	case !j.State.Waiting():
		return Advice{}
	}
	m, known := j.Reason.find()
	if !known {
		return Advice{fmt.Sprintf("Slurm's reason is %q", j.ReasonText), "Wait, or ask the site what it means"}
	}
	fill := figures(j, p, req)
	advice := Advice{fill.Replace(m.Message), fill.Replace(m.Advice)}
	if detail := strings.TrimLeft(strings.TrimPrefix(j.ReasonText, string(j.Reason)), ", "); detail != "" && j.ReasonText != detail {
		advice.Message += " (" + detail + ")"
	}
	return advice
}

// unnamed stands for what the site chooses.
const unnamed = "(the default)"

// figures replaces the placeholders of an advice.
func figures(j Job, p Partition, req Request) *strings.Replacer {
	cpus := max(req.CPUs, j.CPUs, 1)
	memory := max(req.MemoryMiB, j.MemoryMiB)
	limit := max(req.TimeLimit, j.TimeLimit)
	var maxTime, timeWords, memoryWords = "", "the one asked for", "what was asked for"
	if p.MaxTime > 0 {
		maxTime = " (" + units.Duration(p.MaxTime) + ")"
	}
	if limit > 0 {
		timeWords = units.Duration(limit)
	}
	if memory > 0 {
		memoryWords = units.Memory(memory)
	}
	return strings.NewReplacer(
		"{cpus}", strconv.Itoa(cpus), "{memory}", memoryWords, "{time}", timeWords, "{maxtime}", maxTime,
		"{resources}", wanted("free ", cpus, memory, req), "{wanted}", wanted("", cpus, memory, req), "{less}", less(cpus, memory, req),
		"{partition}", cmp.Or(j.Partition, req.Partition, p.Name, unnamed),
		"{account}", cmp.Or(j.Account, req.Account, unnamed), "{qos}", cmp.Or(j.QOS, req.QOS, unnamed),
	)
}

// wanted returns what the job asks for: "40 free CPUs, 2 GPUs and 8 GB of memory".
func wanted(free string, cpus, memory int, req Request) string {
	parts := []string{units.Count(cpus, free+"CPU")}
	if kind, n := gpus(req); n > 0 {
		parts = append(parts, units.Count(n, strings.TrimSpace(strings.TrimSpace(free+kind)+" GPU")))
	}
	if req.Gres != "" {
		parts = append(parts, req.Gres)
	}
	if memory > 0 {
		parts = append(parts, units.Memory(memory)+" of memory")
	}
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// less returns what to ask for less of: "fewer CPUs or less memory".
func less(cpus, memory int, req Request) string {
	var parts []string
	if cpus > 1 {
		parts = append(parts, "fewer CPUs")
	}
	if _, n := gpus(req); n > 1 {
		parts = append(parts, "fewer GPUs")
	}
	if memory > 0 {
		parts = append(parts, "less memory")
	}
	if len(parts) == 0 {
		return "less time" // a short job fits into a gap
	}
	return strings.Join(parts, " or ")
}

func gpus(req Request) (kind string, n int) {
	number := req.GPUs
	if i := strings.LastIndexByte(number, ':'); i >= 0 {
		kind, number = number[:i], number[i+1:]
	}
	return kind, count(number)
}
