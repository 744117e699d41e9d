package slurm

import (
	"context"
	_ "embed"
	"slices"
	"strings"
)

//go:embed scripts/resources.sh
var resourcesScript string

// Resources are what a user can request from a site.
type Resources struct {
	// Site has the partitions that are shown to the user, without those that Slurm
	// reports as closed to the user.
	Site Site
	// Nodes are the kinds of nodes, by the name of their partition.
	Nodes map[string][]NodeKind
	// Accounts are the user's; empty if the site does not report them.
	Accounts []Account
}

// Resources returns what the user can request from the site: one command, two scheduler
// calls (scontrol show partition, sinfo) and one to the accounting database
// (sacctmgr). A site without accounting, or one that does not show it, is no error.
func (c *Client) Resources(ctx context.Context) (Resources, error) {
	frames, err := c.ask(ctx, lookingUp, c.siteLines()+resourcesScript)
	if err != nil {
		return Resources{}, err
	}
	var r Resources
	if r.Site, err = readSite(each(&frames)); err != nil {
		return Resources{}, err
	}
	var groups []string
	for _, f := range frames {
		switch {
		case f.name == "groups":
			groups = strings.Fields(f.text)
		case f.name == "nodes" && f.status == 0:
			r.Nodes = parseNodes(f.text)
		case f.name == "accounts" && f.status == 0:
			r.Accounts = parseAccounts(f.text, r.Site.Cluster)
		}
	}
	r.Site.Partitions = slices.DeleteFunc(r.Site.Partitions, func(p Partition) bool {
		return p.Hidden || p.RootOnly || closedToGroups(p, groups) || closedToAccounts(p, r.Accounts, r.Site.Version)
	})
	return r, nil
}

// closedToGroups reports whether none of the user's groups, where they are known,
// may use p.
func closedToGroups(p Partition, groups []string) bool {
	return len(p.AllowGroups) > 0 && len(groups) > 0 &&
		!slices.ContainsFunc(p.AllowGroups, func(group string) bool { return slices.Contains(groups, group) })
}

// closedToAccounts reports whether none of the user's accounts, where they are
// known, may use p. Since 23.02 the accounts below a named one may count as named
// too, so that there a partition that allows others only may be open nevertheless.
func closedToAccounts(p Partition, accounts []Account, version string) bool {
	mayUse := func(a Account) bool { return !containsFold(p.DenyAccounts, a.Name) }
	if len(p.AllowAccounts) > 0 {
		exact := version != "" && version < "23"
		mayUse = func(a Account) bool { return !exact || containsFold(p.AllowAccounts, a.Name) }
	}
	return len(accounts) > 0 && !slices.ContainsFunc(accounts, mayUse)
}

func containsFold(list []string, name string) bool {
	return slices.ContainsFunc(list, func(entry string) bool { return strings.EqualFold(entry, name) })
}

// Account is an account that the user's jobs can be charged to.
type Account struct {
	// Name is the account's name.
	Name string
	// Default: jobs that name no account are charged to it.
	Default bool
	// Partitions are the only ones that it may use; nil: all.
	Partitions []string
	// QOS are the qualities of service that it may use.
	QOS []string
}

// parseAccounts reads `sacctmgr --parsable2 show user withassoc
// format=defaultaccount,cluster,account,partition,qos`: a line for each
// association, of which only those of this cluster count where its name is known.
func parseAccounts(text, cluster string) []Account {
	var accounts []Account
	everywhere := map[string]bool{} // accounts that are not bound to partitions
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "|")
		if len(f) != 5 || f[2] == "" || (cluster != "" && f[1] != "" && !strings.EqualFold(f[1], cluster)) {
			continue
		}
		i := slices.IndexFunc(accounts, func(a Account) bool { return a.Name == f[2] })
		if i < 0 {
			i = len(accounts)
			accounts = append(accounts, Account{Name: f[2], Default: f[2] == f[0]})
		}
		a := &accounts[i]
		a.QOS = union(a.QOS, f[4])
		a.Partitions = union(a.Partitions, f[3])
		everywhere[a.Name] = everywhere[a.Name] || f[3] == ""
	}
	for i := range accounts {
		if everywhere[accounts[i].Name] {
			accounts[i].Partitions = nil
		}
	}
	return accounts
}

// union adds the names of a comma-separated list that are new.
func union(names []string, list string) []string {
	for name := range strings.SplitSeq(list, ",") {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

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
