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

	all    []Partition // also those that are not shown, which a request may name nevertheless
	closed []string    // those that are closed to the user, by their names
}

// Resources returns what the user can request from the site: one command, two scheduler
// calls (scontrol show partition, sinfo) and one to the accounting database
// (sacctmgr). A site without accounting, or one that does not show it, is no error.
func (c *Client) Resources(ctx context.Context) (Resources, error) {
	frames, err := c.ask(ctx, lookingUp, c.siteLines()+resourcesScript)
	if err != nil {
		return Resources{}, err
	}
	return readResources(each(&frames))
}

// readResources reads the answers of site.sh and resources.sh, the last of which is the accounts.
func readResources(next func() (frame, error)) (r Resources, err error) {
	if r.Site, err = readSite(next); err != nil {
		return Resources{}, err
	}
	answers, err := readUntil("accounts", next)
	if err != nil {
		return Resources{}, err
	}
	groups := strings.Fields(answers["groups"].text)
	if f := answers["nodes"]; f.status == 0 {
		r.Nodes = parseNodes(f.text)
	}
	if f := answers["accounts"]; f.status == 0 {
		r.Accounts = parseAccounts(f.text, r.Site.Cluster)
	}
	r.all = slices.Clone(r.Site.Partitions)
	for _, p := range r.all {
		if p.RootOnly || closedToGroups(p, groups) || closedToAccounts(p, r.Accounts, r.Site.Version) {
			r.closed = append(r.closed, p.Name)
		}
	}
	r.Site.Partitions = slices.DeleteFunc(r.Site.Partitions, func(p Partition) bool { return p.Hidden || slices.Contains(r.closed, p.Name) })
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
