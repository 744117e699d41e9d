package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/profile/site"
	"github.com/sa2c/sunpyter/slurm"
)

func (c *checker) checkSlurm(ctx context.Context) finding {
	resources, err := slurm.New(c.login).On(c.Profile.Request.Clusters).Resources(ctx)
	if err != nil {
		return failed(err)
	}
	c.resources = resources
	version := resources.Site.Version
	if version == "" {
		version = "of an unknown version"
	}
	file, problem := c.Learn(resources.Site.File)
	found := "Slurm " + version + "; partitions: " + describePartitions(file, resources.Site.Partitions)
	if problem != "" {
		return warning(found+"; the site's own file for Sunpyter is not used: "+problem, "Tell "+cmp.Or(file.Support, "the site's support")+".")
	}
	return ok(found)
}

// describePartitions returns the names of the partitions that the site shows, with its words.
func describePartitions(file site.File, partitions []slurm.Partition) string {
	shown := file.Show(partitions)
	for i, p := range shown {
		if title := file.Partitions[p.Name].Title; title != "" {
			shown[i].Name += " (" + title + ")"
		}
	}
	return namesOf(shown)
}

func namesOf(partitions []slurm.Partition) string {
	names := make([]string, 0, len(partitions))
	for _, p := range partitions {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "not known"
	}
	return strings.Join(names, ", ")
}

// checkAccount fails if the account that would be charged is not one of the user's.
func (c *checker) checkAccount(context.Context) finding {
	req := c.Profile.Request.WithSiteDefaults(c.resources.Site)
	asked, known := req.Account, c.resources.Accounts
	var names []string
	chosen := -1
	for i, a := range known {
		names = append(names, a.Name)
		if strings.EqualFold(a.Name, asked) || (asked == "" && a.Default) {
			chosen = i
		}
	}
	switch {
	case len(known) == 0 && asked == "":
		return ok("none is named, and Slurm does not list your accounts")
	case len(known) == 0:
		return ok(asked + source(req, asked) + "; Slurm does not say whether it is yours")
	case asked != "" && chosen < 0:
		return rejected("you have no account "+strconv.Quote(asked)+source(req, asked), "Name one of yours: "+strings.Join(names, ", ")+". Change "+fault.Setting("account")+".")
	case chosen < 0:
		return ok("none is named, and Slurm chooses one of " + strings.Join(names, ", "))
	}
	return c.checkAccountPartition(known[chosen], req)
}

// source returns where a value of the request comes from that the profile does not name.
func source(req slurm.Request, value string) string {
	for _, d := range req.FromSite {
		if d.Value == value {
			return " (" + d.Variable + " in your login files)"
		}
	}
	return ""
}

// checkAccountPartition fails if the account may not use the partition.
func (c *checker) checkAccountPartition(a slurm.Account, req slurm.Request) finding {
	partition := req.Partition
	if partition != "" && len(a.Partitions) > 0 && !slices.Contains(a.Partitions, partition) {
		return rejected("the account "+a.Name+source(req, a.Name)+" may not use the partition "+partition+source(req, partition), "Name another account, or a partition that it may use: "+strings.Join(a.Partitions, ", ")+".")
	}
	return ok(a.Name + source(req, a.Name))
}

func rejected(answer, advice string) finding {
	return failed(&fault.Error{Code: fault.SlurmRejected, Tried: "looking up your accounts and partitions", Answer: answer, Advice: advice, Err: slurm.ErrNotOffered})
}

// checkPartition fails if Slurm would not accept the request of a start.
func (c *checker) checkPartition(ctx context.Context) finding {
	req, p, err := slurm.ResolveDefaults(c.Profile.Request, c.resources.Site)
	if err != nil {
		return failed(err)
	}
	if p.Name != "" && !p.Up {
		others := slices.DeleteFunc(slices.Clone(c.resources.Site.Partitions), func(p slurm.Partition) bool { return !p.Up })
		return rejected("the partition "+p.Name+" starts no jobs now ("+p.State+")", "Change "+fault.Setting("partition")+" (up now: "+namesOf(others)+"), or ask the site when it will be up.")
	}
	if err := slurm.New(c.login).On(req.Clusters).TestSubmit(ctx, req); err != nil {
		return failed(err)
	}
	return describeRequest(req, p)
}

// describeRequest says what a start would ask for in the partition.
func describeRequest(req slurm.Request, p slurm.Partition) finding {
	if p.Name == "" {
		return ok("the default; Slurm does not list its partitions")
	}
	found := fmt.Sprintf("%s: %d CPU, up to %s", p.Name, req.CPUs, units.Duration(req.TimeLimit))
	if memory := p.DefaultMemoryMiB(req.CPUs); memory > 0 && req.MemoryMiB == 0 {
		found += ", " + units.Memory(memory) + " of memory by default"
	}
	return ok(found)
}
