package check

import (
	"context"
	"fmt"
	"os"

	"github.com/sa2c/sunpyter/fault"
)

// checkComputer fails on a cluster: kernels are started from the user's own computer,
// not from a login node that many share.
func (c *checker) checkComputer(context.Context) finding {
	env := c.Env
	conf := slurmConf(env)
	switch {
	case env("SLURM_JOB_ID") != "":
		return onCluster("this is a compute node, in job " + env("SLURM_JOB_ID"))
	case conf != "" && env("SSH_CONNECTION") != "":
		return onCluster("this is a login node: Slurm is configured here (" + conf + "), and you logged in by ssh")
	case conf != "":
		return warning("Slurm is configured here ("+conf+")", "If this is a cluster's login node, run this on your own computer instead.")
	}
	return ok("not one of a cluster")
}

func onCluster(answer string) finding {
	return failed(&fault.Error{Code: fault.OnCluster, Tried: "checking which computer this is", Answer: answer,
		Advice: "Run this on your own computer: in a local terminal, or in a VS Code window that is not connected to the cluster."})
}

// slurmConf returns Slurm's configuration file on this computer, or "".
func slurmConf(env func(string) string) string {
	for _, path := range []string{env("SLURM_CONF"), "/etc/slurm/slurm.conf", "/run/slurm/conf/slurm.conf", "/etc/slurm-llnl/slurm.conf"} {
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// checkConfig looks for mistakes in the configuration file, the environment and the
// editor's profiles. Those of other clusters are only a warning.
func (c *checker) checkConfig(context.Context) finding {
	if c.Unusable != nil {
		return failed(c.Unusable)
	}
	found := fmt.Sprintf("%s (%s)", c.Profile.Title, c.Profile.Source)
	if problems := c.Problems; len(problems) > 0 {
		f := failed(problems[0])
		return warning(found+"; of another cluster: "+f.detail, f.advice)
	}
	return ok(found)
}
