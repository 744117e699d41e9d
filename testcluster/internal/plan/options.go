package plan

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Options describe a site. The zero value is an ordinary site: nodes
// scs0151 and scs0152 with 40 CPUs each, partitions s_compute_cdt (the
// default), s_highmem_cdt and short (at most 30 minutes), users alice and bob.
type Options struct {
	// Nodes are the names of the compute nodes; nil: scs0151 and scs0152.
	Nodes []string
	// CPUs is how many CPUs each node reports; 0: 40.
	CPUs int
	// MemoryMiB is how much memory each node reports; 0: 190000.
	MemoryMiB int
	// GPUs is how many GPUs each node has (gres "gpu", kind "a100"). Their device files are
	// made: they do nothing.
	GPUs int
	// PAM is what the nodes' sshd asks before it lets a user in: "none" (the
	// default), "slurm" (a job there: pam_slurm) or "adopt" (pam_slurm_adopt).
	PAM string
	// PrivateTmp gives each job its own /tmp (job_container/tmpfs). It needs
	// control groups, as PAM "adopt" does.
	PrivateTmp bool
	// HomeCache makes login and nodes see /home through a cache of 30 s, as NFS
	// has: a new name stays unseen, an existing file opened anew is fresh.
	HomeCache bool
	// OptSlurm puts Slurm's commands in /opt/slurm/bin alone, which only login shells have in PATH.
	OptSlurm bool
	// Modules adds, in login shells only, a module command with the
	// modules anaconda/2021.05 (the system's Python and Jupyter) and empty/1.0.
	Modules bool
	// CountCalls makes login log every call of a Slurm command: see Site.Calls.
	CountCalls bool
	// Shells are users' login shells by user; bash for those not named.
	Shells map[string]string
	// DBD keeps accounts: slurmdbd over MariaDB, with the accounts cdt and
	// capped (2 CPUs). Needs the packages slurmdbd and mariadb-server.
	DBD bool
	// KillWait is slurm.conf's KillWait; 0: 30 s, as sites have it.
	KillWait time.Duration
	// ExtraConf is lines of slurm.conf before the nodes, ExtraPart lines after
	// the partitions.
	ExtraConf, ExtraPart string
	// LoginSSHD and NodeSSHD are lines for the head of sshd_config, on login and
	// on the nodes; sshd takes the first value it meets.
	LoginSSHD, NodeSSHD string
	// Delay is the link's delay in one direction at the start.
	Delay time.Duration
}

// New returns the plan of a site, with all defaults filled in. It has no folder yet.
func New(o Options) (*Plan, error) {
	p := &Plan{Options: o}
	p.Root, p.PAM = Root(), cmp.Or(o.PAM, "none")
	p.CPUs, p.MemoryMiB, p.KillWait = cmp.Or(o.CPUs, 40), cmp.Or(o.MemoryMiB, 190000), cmp.Or(o.KillWait, 30*time.Second)
	if p.Nodes == nil {
		p.Nodes = []string{"scs0151", "scs0152"}
	}
	if !slices.Contains([]string{"none", "slurm", "adopt"}, p.PAM) {
		return nil, fmt.Errorf("PAM is none, slurm or adopt, not %q", p.PAM)
	}
	p.Shells = maps.Clone(o.Shells)
	for user, shell := range p.Shells {
		if !strings.HasPrefix(shell, "/") {
			p.Shells[user] = "/bin/" + shell
		}
	}
	return p, nil
}

// Root returns the root folder of the Debian whose Slurm, sshd, Jupyter and shells a site runs:
// one that scripts/versions/root.sh made, or this machine's own.
func Root() string { return cmp.Or(os.Getenv("SUNPYTER_SITE_ROOT"), "/") }
