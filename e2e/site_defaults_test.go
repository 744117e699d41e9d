//go:build unix

package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// submitRules makes a site refuse jobs by its own rules, as job_submit.lua(5) can.
// The result undoes that.
func submitRules(t *testing.T, site *testcluster.Site, lua string) (end func()) {
	t.Helper()
	must(t, site.WriteFile("ctl", "/etc/slurm/job_submit.lua", 0o644, lua+`
function slurm_job_modify(job, record, partitions, uid) return slurm.SUCCESS end
return slurm.SUCCESS
`))
	conf, err := site.ReadFile("ctl", "/etc/slurm/slurm.conf")
	must(t, err)
	restart := func(conf string) {
		must(t, site.WriteFile("ctl", "/etc/slurm/slurm.conf", 0o644, conf))
		must(t, site.StopService("ctl", "slurmctld"))
		must(t, site.StartService("ctl", "slurmctld"))
		awaitController(t, site)
	}
	restart("JobSubmitPlugins=lua\n" + string(conf))
	return func() { restart(string(conf)) }
}

// wantsAccount makes a site refuse jobs without an account.
const wantsAccount = `
function slurm_job_submit(job, partitions, uid)
  if job.account == nil or job.account == "" then
    slurm.log_user("name the project that pays")
    return slurm.ERROR
  end
  return slurm.SUCCESS
end`

// TestLoginFilesNameAnAccount: a site that wants an account, which users name in their login
// files, by the variable of any of Slurm's commands.
func TestLoginFilesNameAnAccount(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{Shells: map[string]string{"bob": "tcsh"}})
	submitRules(t, site, wantsAccount)
	w := openWindow(t, site)
	wantProblem{fault.SlurmRejected, "name the project that pays", ""}.check(t, w.failStart("alice@login", protocol.KernelRequest{}))
	checked := func() (result protocol.ClusterCheckResult, account, partition protocol.CheckStep) {
		must(t, w.call(protocol.MethodClusterCheck, protocol.ClusterCheckParams{Cluster: "alice@login"}, &result))
		for _, step := range result.Steps {
			switch step.Name {
			case "account":
				account = step
			case "partition":
				partition = step
			}
		}
		return result, account, partition
	}
	if result, _, step := checked(); result.OK || !strings.Contains(step.Detail, "name the project that pays") {
		t.Errorf("the check finds that a start would succeed: %+v", step)
	}

	for _, row := range []struct{ name, set, account, shown string }{
		{"sbatch", "export SBATCH_ACCOUNT=scw1\nexport SBATCH_PARTITION=s_highmem_cdt", "scw1", "SBATCH_ACCOUNT=scw1 SBATCH_PARTITION=s_highmem_cdt"},
		{"salloc", "export SALLOC_ACCOUNT=scw2", "scw2", "SALLOC_ACCOUNT=scw2"},
		{"srun", "export SLURM_ACCOUNT=scw3 SBATCH_TIMELIMIT=90", "scw3", "SBATCH_TIMELIMIT=90 SLURM_ACCOUNT=scw3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			must(t, site.WriteFile("login", "/home/alice/.bash_profile", 0o644, row.set+"\n"))
			if result, step, _ := checked(); !result.OK || !strings.Contains(step.Detail, row.account+" (") {
				t.Errorf("the check finds %+v", step)
			}
			_, answer := w.begin(protocol.KernelRequest{SbatchOptions: []string{"--hold"}})
			s := w.awaitSubmitted()
			if s.Account != row.account || strings.Join(s.SiteDefaults, " ") != row.shown {
				t.Errorf("account %q, shown %q", s.Account, s.SiteDefaults)
			}
			if got := site.MustExec(t, "login", "alice", "squeue", "-h", "-o", "%a %P %l", "-j", s.JobID); !strings.HasPrefix(got, row.account+" "+s.Partition+" ") {
				t.Errorf("Slurm has %q", got)
			}
			if row.name == "srun" && s.TimeLimitSeconds != 90*60 {
				t.Errorf("time limit %d s", s.TimeLimitSeconds)
			}
			w.stopAll()
			<-answer
			if row.name != "sbatch" && !longRun() {
				return // what is named comes first, whichever variable there is
			}
			named := w.start(protocol.KernelRequest{Account: "mine"}).Session
			if named.Account != "mine" || slices.ContainsFunc(named.SiteDefaults, func(d string) bool { return strings.Contains(d, "ACCOUNT") }) {
				t.Errorf("a request that names its account: %q, shown %q", named.Account, named.SiteDefaults)
			}
			w.stopAll()
		})
	}
	must(t, site.RemoveFile("login", "/home/alice/.bash_profile"))
}

// TestMemoryByCPU: a site that refuses sbatch's --mem.
func TestMemoryByCPU(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	submitRules(t, site, `
function slurm_job_submit(job, partitions, uid)
  if job.min_mem_per_node ~= nil then
    slurm.log_user("ask for memory with --mem-per-cpu")
    return slurm.ERROR
  end
  return slurm.SUCCESS
end`)
	w := openWindow(t, site)
	wantProblem{fault.SlurmRejected, "ask for memory with --mem-per-cpu", "--memory-per-cpu"}.check(t, w.failStart("alice@login", protocol.KernelRequest{MemoryMiB: 4096}))
	for name, request := range map[string]protocol.KernelRequest{
		"setting": {CPUs: 2, MemoryMiB: 4095, MemoryPerCPU: true, SbatchOptions: []string{"--hold"}},
		"option":  {CPUs: 2, SbatchOptions: []string{"--mem-per-cpu=2G", "--hold"}},
	} {
		_, answer := w.begin(request)
		s := w.awaitSubmitted()
		if s.MemoryMiB != 4096 {
			t.Errorf("%s: shown %d MiB", name, s.MemoryMiB)
		}
		if got := site.MustExec(t, "login", "alice", "squeue", "-h", "-o", "%m", "-j", s.JobID); strings.TrimSpace(got) != "2G" {
			t.Errorf("%s: Slurm has %q", name, got)
		}
		w.stopAll()
		<-answer
	}
}
