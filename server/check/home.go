package check

import (
	"context"
	_ "embed"
	"strconv"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/session/remote"
)

// lowSpaceKiB is the free space in a home directory below which there is a warning.
const lowSpaceKiB = 100 << 10

// checkHome writes what a start would write there, and reports the free space.
func (c *checker) checkHome(ctx context.Context) finding {
	c.workdir, c.workdirErr = remote.CheckSessionDir(ctx, c.login, c.Profile.Request.WorkingDirectory, c.Profile.SessionDir)
	switch fault.CodeOf(c.workdirErr) {
	case fault.WorkdirMissing, fault.WorkdirNotWritable:
	default:
		if c.workdirErr != nil {
			return failed(c.workdirErr)
		}
	}
	c.home = c.readHome(ctx)
	switch free := c.home.freeKiB; {
	case free < 0:
		return ok(c.resources.Site.Home + ", writable")
	case free < lowSpaceKiB:
		return warning(c.resources.Site.Home+" has only "+units.Memory(int(c.home.freeKiB>>10))+" left", "Free some space there: "+fault.Shell("quota")+" and "+fault.Shell("du -sh ~/*")+" show what is used.")
	}
	return ok(c.resources.Site.Home + ", writable, " + units.Memory(int(c.home.freeKiB>>10)) + " free")
}

//go:embed home.sh
var homeScript string

// homeFacts is what home.sh finds.
type homeFacts struct {
	freeKiB int64  // -1: not known
	program string // of the user's own kernelspec, if it is missing
	folder  string // of that kernelspec
}

func (c *checker) readHome(ctx context.Context) homeFacts {
	facts := homeFacts{freeKiB: -1}
	stdout, _, _, err := c.login.Run(ctx, loginshell.Command(homeScript), nil)
	if err != nil {
		return facts
	}
	output, err := loginshell.StripNoise(stdout)
	if err != nil {
		return facts
	}
	for line := range strings.Lines(string(output)) {
		switch verb, rest := remote.Cut(strings.TrimRight(line, "\n")); verb {
		case "free":
			if free, err := strconv.ParseInt(rest, 10, 64); err == nil {
				facts.freeKiB = free
			}
		case "missing":
			facts.program = rest
		case "kernelspec":
			facts.folder = rest
		}
	}
	return facts
}

// checkKernelspec warns of a kernel of the user's own that takes the place of the
// environment's and cannot start. Whether it is used depends on the environment, which
// only a job has.
func (c *checker) checkKernelspec(context.Context) finding {
	if c.home.program == "" {
		return ok("none that can't start")
	}
	f := warning("your own kernel python3 can't start, at least on the login node: its program "+c.home.program+" does not exist",
		"Remove its folder "+c.home.folder+" on the cluster, or install ipykernel again in the environment that it belongs to.")
	f.code = fault.KernelFailed
	return f
}

// checkWorkdir reports what checkHome found about the working directory.
func (c *checker) checkWorkdir(context.Context) finding {
	if c.workdirErr != nil {
		return failed(c.workdirErr)
	}
	return ok("cells would run in " + c.workdir)
}
