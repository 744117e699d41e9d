package slurm

import (
	"slices"
	"strings"
	"time"
)

// NodeKind is what some nodes of a partition have, each of them.
type NodeKind struct {
	CPUs, MemoryMiB int
	GPUs            []GPUs
	// Free is what all of them together have free; nil where Slurm does not say.
	Free *Free
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

// Free is what no job uses.
type Free struct {
	// Nodes are those without any job.
	Nodes int
	CPUs  int
	GPUs  []GPUs
}

// Free returns what is free on the nodes of p; ok is false where Slurm does not say.
func (r Resources) Free(p Partition) (free Free, ok bool) {
	for _, kind := range r.Nodes[p.Name] {
		if kind.Free == nil {
			return Free{}, false
		}
		free.Nodes += kind.Free.Nodes
		free.CPUs += kind.Free.CPUs
		for _, g := range kind.Free.GPUs {
			free.GPUs = addGPUs(free.GPUs, g)
		}
		ok = true
	}
	return free, ok
}

// least returns the smaller of two limits, of which zero is none.
func least[T int | time.Duration](a, b T) T {
	if a == 0 || (b > 0 && b < a) {
		return b
	}
	return a
}

// parseNodes reads the answers of resources.sh: a line for each kind of node of a partition in each
// state, of which the last seven words are as in its --Format, or a line in the form of a
// Slurm that does not have all of these. All other lines are warnings and noise.
func parseNodes(text string) map[string][]NodeKind {
	nodes := map[string][]NodeKind{}
	for line := range strings.Lines(text) {
		if name, kind, ok := parseNode(strings.TrimSpace(line)); ok {
			nodes[name] = append(nodes[name], kind)
		}
	}
	return nodes
}

// nodeFields is how many words a line has after the partition's name.
const nodeFields = 7

func parseNode(line string) (partition string, kind NodeKind, ok bool) {
	if f := strings.SplitN(line, "|", 4); len(f) == 4 && f[0] != "" {
		return f[0], nodeKind(f[1], f[2], f[3]), true
	}
	words := strings.Fields(line)
	n := len(words) - nodeFields
	if n < 1 {
		return "", NodeKind{}, false
	}
	f := words[n:]
	cpus, nodes := strings.Split(f[5], "/"), strings.Split(f[6], "/") // allocated/idle/other/total
	if len(cpus) != 4 || len(nodes) != 4 {
		return "", NodeKind{}, false
	}
	kind = nodeKind(f[0], f[1], f[2])
	kind.Free = &Free{Nodes: count(nodes[1]), CPUs: count(cpus[1])}
	if startsJobs(f[4]) {
		kind.Free.GPUs = freeGPUs(kind.GPUs, parseGPUs(f[3]), count(nodes[3]))
	}
	return strings.Join(words[:n], " "), kind, true
}

func nodeKind(cpus, memory, gres string) NodeKind {
	return NodeKind{CPUs: count(strings.TrimSuffix(cpus, "+")), MemoryMiB: mebibytes(strings.TrimSuffix(memory, "+")), GPUs: parseGPUs(gres)}
}

// startsJobs reports whether nodes in a state start jobs, apart from being full. Slurm adds a mark
// for nodes that do not answer.
func startsJobs(state string) bool {
	return !strings.HasSuffix(state, "*") && slices.ContainsFunc([]string{"idle", "mixed", "allocated", "planned"}, func(s string) bool { return strings.HasPrefix(state, s) })
}

// freeGPUs returns the GPUs that are free on so many nodes, each of which has and uses some.
func freeGPUs(has, used []GPUs, nodes int) (free []GPUs) {
	for _, g := range has {
		for _, u := range used {
			if u.Kind == g.Kind {
				g.Count -= u.Count
			}
		}
		free = append(free, GPUs{Kind: g.Kind, Count: max(g.Count, 0) * nodes})
	}
	return free
}

// parseGPUs reads the GPUs of a list such as "gpu:a100:2(S:0-1),gpu:1,shard:8", where the
// parentheses have their places.
func parseGPUs(list string) []GPUs {
	var gpus []GPUs
	for _, entry := range splitOutside(strings.ReplaceAll(list, "(null)", "")) {
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

// countGPUs returns how many GPUs of a kind there are; "": of any.
func countGPUs(gpus []GPUs, kind string) (n int) {
	for _, g := range gpus {
		if kind == "" || g.Kind == kind {
			n += g.Count
		}
	}
	return n
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
