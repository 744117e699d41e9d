package remote

import (
	"fmt"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
)

// Memory is the memory that a job had, and the most that one may have, in MiB; 0: not known.
type Memory struct{ HadMiB, MostMiB int }

// More returns what to ask for instead: twice as much, up to the most. It returns 0 if that
// is not more, or if the job's memory is not known.
func (m Memory) More() int {
	more := 2 * m.HadMiB
	if m.MostMiB > 0 {
		more = min(more, m.MostMiB)
	}
	if more <= m.HadMiB {
		return 0
	}
	return more
}

// Error returns the error of who, such as "a kernel", that ran out of memory.
func (m Memory) Error(who string) *fault.Error {
	f := &fault.Error{Code: fault.JobOutOfMemory, Answer: who + " ran out of memory", Advice: "Start again with more memory."}
	if m.HadMiB == 0 {
		return f
	}
	f.Answer = who + " was stopped: it used more than its " + units.Memory(m.HadMiB) + " of memory"
	f.Advice = "Start again in another partition: this one has no node with more memory."
	if more := m.More(); more > 0 {
		f.Advice = "Start again with " + units.Memory(more) + "."
	}
	return f
}

// ParseMemoryKills reads "KILLS LIMIT" of node_agent.sh: how many processes of the
// job were killed for its memory, and its limit in bytes, which is returned in MiB.
func ParseMemoryKills(rest string) (kills, hadMiB int, ok bool) {
	var limit int64
	if _, err := fmt.Sscan(rest, &kills, &limit); err != nil || limit <= 0 {
		return 0, 0, false
	}
	return kills, int(limit >> 20), true
}
