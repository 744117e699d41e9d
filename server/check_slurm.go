package server

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/session/remote"
	"github.com/sa2c/sunpyter/slurm"
)

func (c *check) slurm(ctx context.Context) finding {
	resources, err := slurm.New(c.login).Resources(ctx)
	if err != nil {
		return failed(err)
	}
	c.resources = resources
	version := resources.Site.Version
	if version == "" {
		version = "of a version that it does not tell"
	}
	return fine("Slurm " + version + "; partitions: " + namesOf(resources.Site.Partitions))
}

func namesOf(partitions []slurm.Partition) string {
	names := make([]string, 0, len(partitions))
	for _, p := range partitions {
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "not told"
	}
	return strings.Join(names, ", ")
}

// account looks whether the account that would be charged is one of the person's.
func (c *check) account(context.Context) finding {
	asked, known := c.profile.Request.Account, c.resources.Accounts
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
		return fine("none is named, and Slurm does not tell whose accounts there are")
	case len(known) == 0:
		return fine(asked + "; Slurm does not tell whether it is yours")
	case asked != "" && chosen < 0:
		return rejected("you have no account "+strconv.Quote(asked), "Name one of yours: "+strings.Join(names, ", ")+" (`account` in the configuration, or --account).")
	case chosen < 0:
		return fine("none is named, and Slurm chooses one of " + strings.Join(names, ", "))
	}
	return c.accountIn(known[chosen])
}

// accountIn looks whether the account may use the partition.
func (c *check) accountIn(a slurm.Account) finding {
	partition := c.profile.Request.Partition
	if partition != "" && len(a.Partitions) > 0 && !slices.Contains(a.Partitions, partition) {
		return rejected("the account "+a.Name+" may not use the partition "+partition, "Name another account, or a partition that it may use: "+strings.Join(a.Partitions, ", ")+".")
	}
	return fine(a.Name)
}

func rejected(answer, advice string) finding {
	return failed(&fault.Error{Code: fault.SlurmRejected, Tried: "looking up what you may ask for", Answer: answer, Advice: advice})
}

func (c *check) partition(context.Context) finding {
	req, p, err := slurm.ResolveDefaults(slurmRequest(c.profile.Request), c.resources.Site)
	if err != nil {
		return failed(err)
	}
	if p.Name == "" {
		return fine("left to Slurm, which does not tell of its partitions")
	}
	if !p.Up {
		others := slices.DeleteFunc(slices.Clone(c.resources.Site.Partitions), func(p slurm.Partition) bool { return !p.Up })
		return rejected("the partition "+p.Name+" starts no jobs now ("+p.State+")", "Choose another with --partition (up now: "+namesOf(others)+"), or ask the site when it will.")
	}
	found := fmt.Sprintf("%s: %d CPU, up to %v", p.Name, req.CPUs, req.TimeLimit)
	if memory := p.DefaultMemoryMiB(req.CPUs); memory > 0 && req.MemoryMiB == 0 {
		found += fmt.Sprintf(", %d MiB of memory by default", memory)
	}
	return fine(found)
}

// littleRoom is how much room in a home directory is worth a warning, in KiB.
const littleRoom = 100 << 10

// home tries what a start would write there, and tells how much room is left.
func (c *check) home(ctx context.Context) finding {
	c.workdir, c.unwelcome = remote.CheckSessionDir(ctx, c.login, c.profile.Request.WorkingDirectory)
	switch fault.CodeOf(c.unwelcome) {
	case fault.WorkdirMissing, fault.WorkdirNotWritable:
	default:
		if c.unwelcome != nil {
			return failed(c.unwelcome)
		}
	}
	free, known := c.freeAtHome(ctx)
	switch {
	case !known:
		return fine(c.resources.Site.Home + ", writable")
	case free < littleRoom:
		return warning(fmt.Sprintf("%s has only %d MiB left", c.resources.Site.Home, free>>10), "Free some space there: `quota`, `du -sh ~/*`.")
	}
	return fine(fmt.Sprintf("%s, writable, %.1f GiB free", c.resources.Site.Home, float64(free)/(1<<20)))
}

// freeAtHome asks how much room is left, in KiB. A site may not tell.
func (c *check) freeAtHome(ctx context.Context) (free int64, known bool) {
	stdout, _, _, err := c.login.Run(ctx, slurm.LoginCommand(`df -Pk -- "$HOME" 2>/dev/null | tail -n 1`), nil)
	if err != nil {
		return 0, false
	}
	output, err := slurm.StripNoise(stdout)
	fields := strings.Fields(string(output))
	if err != nil || len(fields) < 6 {
		return 0, false
	}
	free, err = strconv.ParseInt(fields[3], 10, 64)
	return free, err == nil
}

// workingDirectory tells what home found beside.
func (c *check) workingDirectory(context.Context) finding {
	if c.unwelcome != nil {
		return failed(c.unwelcome)
	}
	return fine("cells would run in " + c.workdir)
}
