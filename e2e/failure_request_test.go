//go:build unix

package e2e

import (
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// badRequest is a request that is refused, and its problem.
type badRequest struct {
	name    string
	request protocol.KernelRequest
	want    wantProblem
}

// checkRefused sends each request in one window, which must work afterwards.
func checkRefused(t *testing.T, site *testcluster.Site, rows []badRequest) {
	t.Helper()
	w := openWindow(t, site)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.want.check(t, w.failStart("alice@login", row.request))
			nothingLeft(t, site)
		})
	}
	w.checkStillWorks()
}

// TestImpossibleRequests: refused according to Slurm's partitions,
// or by sbatch in its own words, before there is a job.
func TestImpossibleRequests(t *testing.T) {
	t.Parallel()
	checkRefused(t, testcluster.Shared(t), []badRequest{
		{"partition", protocol.KernelRequest{Partition: "s_gpu_cdt"},
			wantProblem{fault.SlurmRejected, `no partition "s_gpu_cdt"`, "s_compute_cdt, s_highmem_cdt, short"}},
		{"cpus", protocol.KernelRequest{CPUs: 41},
			wantProblem{fault.SlurmRejected, "CPU count per node", "ask for fewer"}},
		{"cpus-of-all-nodes", protocol.KernelRequest{CPUs: 81},
			wantProblem{fault.SlurmRejected, "81 CPUs", "Ask for fewer CPUs"}},
		{"memory", protocol.KernelRequest{MemoryMiB: 200_000},
			wantProblem{fault.SlurmRejected, "Memory specification", "No node has that much memory"}},
		{"time-limit", protocol.KernelRequest{Partition: "short", TimeLimitSeconds: 3600},
			wantProblem{fault.SlurmRejected, "30 min", "Ask for less time"}},
		{"gres", protocol.KernelRequest{Gres: "shard:1"},
			wantProblem{fault.SlurmRejected, "generic resource", "The site has no such GPU"}},
		{"gpus", protocol.KernelRequest{GPUs: "a100:1"},
			wantProblem{fault.SlurmRejected, "generic resource", "The site has no such GPU"}},
		{"reservation", protocol.KernelRequest{Reservation: "course"},
			wantProblem{fault.SlurmRejected, "reservation", "scontrol show reservation"}},
		{"constraint", protocol.KernelRequest{Constraint: "skylake"},
			wantProblem{fault.SlurmRejected, "feature", "No node has such a feature"}},
		{"sbatch-option", protocol.KernelRequest{SbatchOptions: []string{"--no-such-option=1"}},
			wantProblem{fault.SlurmRejected, "no-such-option", "Correct the extra options"}},
		{"module", protocol.KernelRequest{Environment: &protocol.Environment{Modules: []string{"anaconda/1999"}}},
			wantProblem{fault.EnvironmentFailed, "anaconda/1999", "Try the same in a shell"}},
		{"conda", protocol.KernelRequest{Environment: &protocol.Environment{Conda: "no-such-environment"}},
			wantProblem{fault.EnvironmentFailed, "conda", "Try the same in a shell"}},
		{"venv", protocol.KernelRequest{Environment: &protocol.Environment{Venv: "~/no-such-venv"}},
			wantProblem{fault.EnvironmentFailed, "no-such-venv", "Try the same in a shell"}},
		{"workdir-missing", protocol.KernelRequest{WorkingDirectory: "/cdt_storage/nobody"},
			wantProblem{fault.WorkdirMissing, "doesn't exist", "Create it on the cluster"}},
		{"workdir-not-writable", protocol.KernelRequest{WorkingDirectory: "/cdt_storage/bob"},
			wantProblem{fault.WorkdirNotWritable, "you can't write to it", "Choose a directory that you can write to"}},
		{"workdir-is-a-file", protocol.KernelRequest{WorkingDirectory: "/etc/hostname"},
			wantProblem{fault.WorkdirMissing, "doesn't exist", "Create it on the cluster"}},
	})
}

// TestRequestsRefusedBySlurm: the partitions do not exclude them, and the
// site's own message and the advice reach the user.
func TestRequestsRefusedBySlurm(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{
		ExtraConf: "EnforcePartLimits=ALL\n",
		ExtraPart: "PartitionName=closed Nodes=ALL AllowGroups=staff MaxTime=60 State=UP\nPartitionName=drained Nodes=ALL MaxTime=60 State=DOWN\nPartitionName=inactive Nodes=ALL MaxTime=60 State=INACTIVE\n",
	})
	checkRefused(t, site, []badRequest{
		{"partition-of-others", protocol.KernelRequest{Partition: "closed"},
			wantProblem{fault.SlurmRejected, "", "open to your account"}},
		{"partition-inactive", protocol.KernelRequest{Partition: "inactive"},
			wantProblem{fault.SlurmRejected, "", "choose another"}},
		{"time-limit", protocol.KernelRequest{Partition: "short,s_compute_cdt", TimeLimitSeconds: 3600},
			wantProblem{fault.SlurmRejected, "time limit", "Ask for less time"}},
		{"memory", protocol.KernelRequest{MemoryMiB: 200_000},
			wantProblem{fault.SlurmRejected, "Memory specification", "No node has that much memory"}},
	})
}

// TestAccountAndQOSRefused: on a site with accounting.
func TestAccountAndQOSRefused(t *testing.T) {
	t.Parallel()
	requireFaults(t, "a database has to be set up")
	site := testcluster.Start(t, testcluster.Options{DBD: true})
	checkRefused(t, site, []badRequest{
		{"account", protocol.KernelRequest{Account: "scw9999"},
			wantProblem{fault.SlurmRejected, "Invalid account", "Choose one of your accounts"}},
		{"qos", protocol.KernelRequest{QOS: "express"},
			wantProblem{fault.SlurmRejected, "Invalid qos", "Choose a QOS"}},
	})
}
