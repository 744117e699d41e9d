package session

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/slurm"
)

//go:embed memory.sh
var memoryScript string

// memoryOf is the memory that a job had, and the most that one may have, in MiB; 0: not known.
type memoryOf struct{ HadMiB, MostMiB int }

// more is what to ask for instead: twice as much, or the most that there is; 0: no
// more is to be had, or what it had is not known.
func (m memoryOf) more() int {
	more := 2 * m.HadMiB
	if m.MostMiB > 0 {
		more = min(more, m.MostMiB)
	}
	if more <= m.HadMiB {
		return 0
	}
	return more
}

// fault says that it was not enough.
func (m memoryOf) fault(tried string) *fault.Error {
	f := &fault.Error{Code: fault.JobOutOfMemory, Tried: tried, Answer: "it used more memory than it had", Advice: "Start again with more memory."}
	if m.HadMiB == 0 {
		return f
	}
	f.Answer = "it used more than its " + gigabytes(m.HadMiB) + " of memory"
	f.Advice = "Start again in a partition whose nodes have more memory: this one has no more for one job."
	if more := m.more(); more > 0 {
		f.Advice = "Start again with " + gigabytes(more) + "."
	}
	return f
}

// gigabytes writes MiB as people do: "4 GB", "1.5 GB", "300 MB".
func gigabytes(mib int) string {
	if mib < 1024 {
		return strconv.Itoa(mib) + " MB"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(mib)/1024), ".0") + " GB"
}

// memory is what this session's job has.
func (s *Session) memory() memoryOf {
	snap := s.Snapshot()
	return memoryOf{HadMiB: snap.MemoryMiB, MostMiB: mostMemory(s.partition)}
}

// mostMemory is the most that a job of the partition may have on one node, in MiB, as far
// as its limit and its sums tell; 0: they do not.
func mostMemory(p slurm.Partition) int {
	switch {
	case p.MaxMemPerNodeMiB > 0:
		return p.MaxMemPerNodeMiB
	case p.TotalNodes > 0:
		return p.TotalMemoryMiB / p.TotalNodes
	}
	return 0
}

// killed takes in "KILLS LIMIT" of the holder: a process of the job was killed for its
// memory, while Jupyter lives on. The limit is the job's own figure.
func (s *Session) killed(rest string) {
	kills, had, ok := parseKills(rest)
	if !ok || kills <= s.Snapshot().MemoryKills {
		return
	}
	m := s.memory()
	m.HadMiB = had
	f := m.fault("")
	s.note("a kernel was ended: " + f.Answer + ". " + strings.TrimSuffix(f.Advice, "."))
	s.update(func(snap *Snapshot) {
		snap.MemoryMiB, snap.MemoryKills, snap.MoreMemoryMiB, snap.Notice = had, kills, m.more(), s.lasting
	})
	s.remember(func(rec *Record) { rec.MemoryKills = kills })
}

// parseKills reads a count and a limit in bytes; the latter is given in MiB.
func parseKills(rest string) (kills, hadMiB int, ok bool) {
	count, limit, _ := strings.Cut(rest, " ")
	kills, err := strconv.Atoi(count)
	if err != nil {
		return 0, 0, false
	}
	bytes, err := strconv.ParseInt(limit, 10, 64)
	if err != nil || bytes <= 0 {
		return 0, 0, false
	}
	return kills, int(bytes >> 20), true
}

// memoryFailure is a job that ended because Jupyter itself was killed; said is the
// job's limit in bytes.
func memoryFailure(said string) error {
	bytes, _ := strconv.ParseInt(strings.TrimSpace(said), 10, 64)
	return memoryOf{HadMiB: int(bytes >> 20)}.fault("running Jupyter in the job")
}

// inFigures gives the end of a job that had too little memory in the words and with
// the figures that its kernels have, and any other end as it is.
func (s *Session) inFigures(end error) error {
	if !fault.Is(end, fault.JobOutOfMemory) {
		return end
	}
	m := s.memory()
	s.update(func(snap *Snapshot) { snap.MoreMemoryMiB = m.more() })
	return m.fault("keeping job " + s.Snapshot().JobID)
}
