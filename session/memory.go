package session

import (
	"strings"

	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/session/store"
	"github.com/sa2c/sunpyter/slurm"
)

// memory returns what this session's job has.
func (s *Session) memory() remote.Memory {
	return remote.Memory{HadMiB: s.status.snap.MemoryMiB, MostMiB: mostMemory(s.job.partition)}
}

// mostMemory returns the most that a job of the partition may have on one node, in
// MiB, as far as its limit and its sums tell; 0: they do not.
func mostMemory(p slurm.Partition) int {
	switch {
	case p.MaxMemPerNodeMiB > 0:
		return p.MaxMemPerNodeMiB
	case p.TotalNodes > 0:
		return p.TotalMemoryMiB / p.TotalNodes
	}
	return 0
}

// memoryKilled handles "KILLS LIMIT" of the agent: a process of the job was killed
// for its memory, while Jupyter lives on. The limit is the job's own figure.
func (s *Session) memoryKilled(rest string) {
	kills, had, ok := remote.ParseMemoryKills(rest)
	if !ok || kills <= s.status.snap.MemoryKills {
		return
	}
	m := s.memory()
	m.HadMiB = had
	f := m.Error("")
	s.notices.add("a kernel was ended: " + f.Answer + ". " + strings.TrimSuffix(f.Advice, "."))
	s.status.update(func(snap *Snapshot) {
		snap.MemoryMiB, snap.MemoryKills, snap.MoreMemoryMiB, snap.Notice = had, kills, m.More(), s.notices.text(snap.State)
	})
	s.record(func(rec *store.Record) { rec.MemoryKills = kills })
}
