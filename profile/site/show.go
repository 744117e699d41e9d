package site

import (
	"slices"
	"time"

	"github.com/sa2c/sunpyter/slurm"
)

// Show returns the partitions that the site wants lists to have, in its order.
func (f File) Show(partitions []slurm.Partition) []slurm.Partition {
	shown := slices.DeleteFunc(slices.Clone(partitions), func(p slurm.Partition) bool {
		return f.Partitions[p.Name].Hidden || (len(f.Shown) > 0 && !slices.Contains(f.Shown, p.Name))
	})
	slices.SortStableFunc(shown, func(a, b slurm.Partition) int {
		return slices.Index(f.Shown, a.Name) - slices.Index(f.Shown, b.Name)
	})
	return shown
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
