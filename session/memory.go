package session

import (
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// memory is what this session's job has.
func (s *Session) memory() remote.Memory {
	snap := s.Snapshot()
	return remote.Memory{HadMiB: snap.MemoryMiB, MostMiB: mostMemory(s.partition)}
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
	kills, had, ok := remote.ParseMemoryKills(rest)
	if !ok || kills <= s.Snapshot().MemoryKills {
		return
	}
	m := s.memory()
	m.HadMiB = had
	f := m.Error("")
	s.note("a kernel was ended: " + f.Answer + ". " + strings.TrimSuffix(f.Advice, "."))
	s.update(func(snap *Snapshot) {
		snap.MemoryMiB, snap.MemoryKills, snap.MoreMemoryMiB, snap.Notice = had, kills, m.More(), s.lasting
	})
	s.remember(func(rec *store.Record) { rec.MemoryKills = kills })
}

// inFigures gives the end of a job that had too little memory in the words and with
// the figures that its kernels have, and any other end as it is.
func (s *Session) inFigures(end error) error {
	if !fault.Is(end, fault.JobOutOfMemory) {
		return end
	}
	m := s.memory()
	s.update(func(snap *Snapshot) { snap.MoreMemoryMiB = m.More() })
	return m.Error("keeping job " + s.Snapshot().JobID)
}
