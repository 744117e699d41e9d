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
	frames, err := c.ask(ctx, lookingUp, siteScript+resourcesScript)
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
