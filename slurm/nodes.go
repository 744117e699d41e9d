package slurm

import (
	"slices"
	"strings"
)

// NodeKind is what some nodes of a partition have, each of them.
type NodeKind struct {
	CPUs, MemoryMiB int
	GPUs            []GPUs
}

// GPUs is a number of GPUs of one kind, which may have no name.
type GPUs struct {
	Kind  string
	Count int
}

// MostOnANode returns the most that a job on one node of p may have, from what the nodes have
// and what p allows; zero if neither is known. The kinds of GPUs are in the order of the
// nodes, each with the most that one node has.
func (r Resources) MostOnANode(p Partition) NodeKind {
	var most NodeKind
	for _, node := range r.Nodes[p.Name] {
		most.CPUs, most.MemoryMiB = max(most.CPUs, node.CPUs), max(most.MemoryMiB, node.MemoryMiB)
		for _, g := range node.GPUs {
			i := slices.IndexFunc(most.GPUs, func(known GPUs) bool { return known.Kind == g.Kind })
			if i < 0 {
				most.GPUs = append(most.GPUs, g)
			} else {
				most.GPUs[i].Count = max(most.GPUs[i].Count, g.Count)
			}
		}
	}
	most.CPUs = least(most.CPUs, p.MaxCPUsPerNode)
	most.MemoryMiB = least(most.MemoryMiB, p.MaxMemPerNodeMiB)
	return most
}

// least returns the smaller of two limits, of which zero is none.
func least(a, b int) int {
	if a == 0 || (b > 0 && b < a) {
		return b
	}
	return a
}

// parseNodes reads `sinfo --exact --format=%R|%c|%m|%G`: a line for each kind of
// node of a partition. All others are warnings and noise.
func parseNodes(text string) map[string][]NodeKind {
	nodes := map[string][]NodeKind{}
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSpace(line), "|", 4)
		if len(f) != 4 || f[0] == "" {
			continue
		}
		nodes[f[0]] = append(nodes[f[0]], NodeKind{
			CPUs: count(strings.TrimSuffix(f[1], "+")), MemoryMiB: mebibytes(strings.TrimSuffix(f[2], "+")), GPUs: parseGPUs(f[3]),
		})
	}
	return nodes
}

// parseGPUs reads the GPUs of a list such as "gpu:a100:2(S:0-1),gpu:1,shard:8", where the
// parentheses have their places.
func parseGPUs(list string) []GPUs {
	var gpus []GPUs
	for _, entry := range splitOutside(list) {
		if i := strings.IndexByte(entry, '('); i >= 0 {
			entry = entry[:i]
		}
		parts := strings.Split(entry, ":")
		if parts[0] != "gpu" {
			continue
		}
		g := GPUs{Count: 1} // "gpu" alone is one
		if last := parts[len(parts)-1]; len(parts) > 1 && count(last) > 0 {
			g.Count, parts = count(last), parts[:len(parts)-1]
		} else if len(parts) > 1 && strings.Trim(last, "0") == "" {
			continue // none
		}
		g.Kind = strings.Join(parts[1:], ":")
		gpus = addGPUs(gpus, g)
	}
	return gpus
}

// addGPUs adds GPUs to those of the same kind: a node may list them by socket.
func addGPUs(gpus []GPUs, more GPUs) []GPUs {
	for i := range gpus {
		if gpus[i].Kind == more.Kind {
			gpus[i].Count += more.Count
			return gpus
		}
	}
	return append(gpus, more)
}

// splitOutside splits a list at the commas outside of parentheses.
func splitOutside(list string) []string {
	depth := 0
	return strings.FieldsFunc(list, func(r rune) bool {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		}
		return r == ',' && depth <= 0
	})
}
