//go:build unix

package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/session"
	"github.com/sa2c/sunpyter/testcluster"
)

// withRequest changes what the profile asks for.
func withRequest(change func(*protocol.KernelRequest)) func(*protocol.ClusterProfile) {
	return func(p *protocol.ClusterProfile) { change(&p.Request) }
}

func withWorkdir(dir string) func(*protocol.ClusterProfile) {
	return withRequest(func(r *protocol.KernelRequest) { r.WorkingDirectory = dir })
}

// breakAsRoot runs one line of shell on a host, and another to mend it.
func breakAsRoot(host, line, mend string) func(*testing.T, *testcluster.Site) func() {
	return func(t *testing.T, site *testcluster.Site) func() {
		site.MustExec(t, host, "root", "sh", "-ec", line)
		return func() { site.MustExec(t, host, "root", "sh", "-ec", mend) }
	}
}

// withHome puts alice's home into another state.
func withHome(state testcluster.HomeState) func(*testing.T, *testcluster.Site) func() {
	return func(t *testing.T, site *testcluster.Site) func() {
		must(t, site.SetHome("alice", state))
		return func() { must(t, site.SetHome("alice", testcluster.HomeNormal)) }
	}
}

// accounts is a program that answers as sacctmgr does on a site with accounts.
const accounts = `#!/bin/sh
echo 'scw1000|labsite|scw1000|s_compute_cdt|normal'
echo 'scw1000|labsite|scw2000||normal'
`

// brokenSites are found on the login node, without a job.
var brokenSites = []brokenSetup{
	{name: "Slurm's commands are not found", step: "slurm", code: fault.SlurmMissing, answer: "sbatch is not in the PATH", advice: "load it in your shell's startup file",
		site: breakAsRoot("login", "mv /usr/bin/sbatch /usr/bin/elsewhere", "mv /usr/bin/elsewhere /usr/bin/sbatch")},
	{name: "Slurm's controller is down", step: "slurm", code: fault.SlurmUnreachable, answer: "controller", advice: "Try again in a few minutes",
		site: func(t *testing.T, site *testcluster.Site) func() {
			must(t, site.StopService("ctl", "slurmctld"))
			return func() {
				must(t, site.StartService("ctl", "slurmctld"))
				awaitController(t, site)
			}
		}},
	{name: "The account is not yours", step: "account", code: fault.SlurmRejected, answer: `you have no account "scw9999"`, advice: "scw1000, scw2000",
		profile: withRequest(func(r *protocol.KernelRequest) { r.Account = "scw9999" }), site: withAccounts},
	{name: "The account may not use the partition", step: "account", code: fault.SlurmRejected, answer: "scw1000 may not use the partition short", advice: "s_compute_cdt",
		profile: withRequest(func(r *protocol.KernelRequest) { r.Account, r.Partition = "scw1000", "short" }), site: withAccounts},
	{name: "There is no such partition", step: "partition", code: fault.SlurmRejected, answer: `no partition "s_gpu"`, advice: "s_highmem_cdt",
		profile: withRequest(func(r *protocol.KernelRequest) { r.Partition = "s_gpu" })},
	{name: "The partition is down", step: "partition", code: fault.SlurmRejected, answer: "short starts no jobs now (DOWN)", advice: "up now: s_compute_cdt",
		profile: withRequest(func(r *protocol.KernelRequest) { r.Partition, r.TimeLimitSeconds = "short", 600 }),
		site:    breakAsRoot("ctl", "scontrol update PartitionName=short State=DOWN", "scontrol update PartitionName=short State=UP")},
	{name: "The site wants an account", step: "partition", code: fault.SlurmRejected, answer: "name the project that pays", advice: "Correct the request",
		site: func(t *testing.T, site *testcluster.Site) func() { return submitRules(t, site, wantsAccount) }},
	{name: "The time limit is longer than the partition's", step: "partition", code: fault.SlurmRejected, answer: "that of partition short is", advice: "Ask for less time",
		profile: withRequest(func(r *protocol.KernelRequest) { r.Partition, r.TimeLimitSeconds = "short", 7200 })},
	{name: "The home directory is full", step: "home", code: fault.HomeNotWritable, answer: "No space left on device", advice: "quota", site: withHome(testcluster.HomeFull)},
	{name: "The home directory cannot be written", step: "home", code: fault.HomeNotWritable, answer: "Read-only file system", advice: "ask the site's support", site: withHome(testcluster.HomeReadOnly)},
	{name: "The working directory is missing", step: "workdir", code: fault.WorkdirMissing, answer: "/cdt_storage/alice/none", advice: "Create it", profile: withWorkdir("/cdt_storage/alice/none")},
	{name: "The working directory cannot be written", step: "workdir", code: fault.WorkdirNotWritable, answer: "you can't write to it", advice: "a directory that you can write to", profile: withWorkdir("/usr")},
}

// withAccounts adds accounts to the site.
func withAccounts(t *testing.T, site *testcluster.Site) func() {
	const program = "/usr/local/bin/sacctmgr"
	must(t, site.WriteFile("login", program, 0o755, strings.ReplaceAll(accounts, "labsite", clusterName(t, site))))
	return func() { must(t, site.RemoveFile("login", program)) }
}

// clusterName returns the site's name in slurm.conf.
func clusterName(t *testing.T, site *testcluster.Site) string {
	t.Helper()
	for line := range strings.Lines(site.MustExec(t, "ctl", "root", "scontrol", "show", "config")) {
		if name, value, _ := strings.Cut(line, "="); strings.TrimSpace(name) == "ClusterName" {
			return strings.TrimSpace(value)
		}
	}
	t.Fatal("the site has no name")
	return ""
}

// brokenJobs are found by a small job.
var brokenJobs = []brokenSetup{
	{name: "A module does not exist", step: "jupyter", code: fault.EnvironmentFailed, answer: "module load anaconda/1999", advice: "Try the same in a shell on the cluster", full: true,
		profile: withRequest(func(r *protocol.KernelRequest) {
			r.Environment = &protocol.Environment{Modules: []string{"anaconda/1999"}}
		})},
	{name: "There is no conda, or no such environment", step: "jupyter", code: fault.EnvironmentFailed, answer: "conda", advice: "Try the same in a shell on the cluster", full: true,
		profile: withRequest(func(r *protocol.KernelRequest) { r.Environment = &protocol.Environment{Conda: "course"} })},
	{name: "Jupyter is not in the environment", step: "jupyter", code: fault.JupyterMissing, answer: "no jupyter-lab", advice: "Choose a module", full: true,
		site: func(t *testing.T, site *testcluster.Site) func() {
			onEachNode(t, site, site.HideJupyter)
			return func() { onEachNode(t, site, site.ShowJupyter) }
		}},
	{name: "The node does not let you in", step: "route", code: fault.NoRoute, answer: "by ssh to the node: the node does not respond; by srun: there is no sshd on the node", advice: "srun works from the login node", full: true,
		around: func(*testing.T) []setting {
			return []setting{timingSetting(func(t *session.Timing) { t.Attach = pace.Limit(5 * time.Second) })}
		},
		site: func(t *testing.T, site *testcluster.Site) func() {
			onEachNode(t, site, func(node string) error { return removeSSHD(site, node) })
			return func() { onEachNode(t, site, func(node string) error { return restoreSSHD(site, node) }) }
		}},
}

// TestCheckOfBrokenSites: on the login node, and in a small job.
func TestCheckOfBrokenSites(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{Modules: true})
	runEach(t, site, brokenSites)
	runEach(t, site, brokenJobs)
	nothingLeft(t, site)
	t.Run("nothing", func(t *testing.T) { checkPasses(t, site) })
}

// checkPasses checks a site on which nothing is broken, with a job and without one.
func checkPasses(t *testing.T, site *testcluster.Site) {
	x := brokenSetup{profile: withRequest(func(r *protocol.KernelRequest) {
		r.WorkingDirectory, r.Environment = "/cdt_storage/$USER", &protocol.Environment{Modules: []string{"anaconda/2021.05"}}
	})}
	w := x.window(t, site)
	result := w.check("lab", true)
	for _, s := range result.Steps {
		if s.Outcome != protocol.CheckOK || s.Detail == "" || s.Advice != "" || s.Code != "" {
			t.Errorf("%+v", s)
		}
	}
	for name, words := range map[string][]string{
		"job": {"runs on scs015"}, "cell": {"host scs015", "for this job", "directory /cdt_storage/alice"}, "release": {"has ended"}, "home": {"MB free"}, "login": {"id_test"},
	} {
		for _, word := range words {
			if s := findStep(t, result, name); !strings.Contains(s.Detail, word) {
				t.Errorf("%s says %q, not %q", name, s.Detail, word)
			}
		}
	}
	logReport(t, result)
	t.Log(result.Report)
	nothingLeft(t, site)
	jobs, err := site.Jobs("alice")
	must(t, err)
	w.check("lab", false)
	if after, err := site.Jobs("alice"); err != nil || len(after) != len(jobs) {
		t.Errorf("without being asked a job was started: %+v, %v", after, err)
	}
	if kernels := w.sessions; len(kernels) > 0 {
		t.Errorf("the client is notified of kernels: %+v", kernels)
	}
}

// passwordSite also accepts passwords, has a banner, and forwards nothing.
var passwordSite = testcluster.Options{Modules: true, LoginSSHD: "PasswordAuthentication yes\nAllowTcpForwarding no\nBanner /etc/greeting"}

// greeting is that site's banner.
var greeting = "Maintenance on Tuesday.\n" + strings.Repeat("A word of the site's.\n", 199)

// brokenPasswordLogins need that site.
var brokenPasswordLogins = []brokenSetup{
	{name: "A password is asked for although keys are required", step: "login", code: fault.AuthRefused, answer: "accepted none of the keys", advice: "if you are asked for your cluster password anywhere, something is wrong with the key",
		host: func(t *testing.T, _ *testcluster.Site) map[string]string {
			return map[string]string{"IdentityFile": newKey(t, t.TempDir(), "stranger")}
		},
		profile: func(p *protocol.ClusterProfile) { keys := true; p.KeysOnly = &keys }, person: answerPrompt("secret")},
	{name: "The login node forwards nothing", step: "route", code: fault.ForwardRefused, answer: "the host refuses port forwarding", advice: "AllowTcpForwarding", full: true,
		profile: func(p *protocol.ClusterProfile) { p.Route = "ssh" }},
}

// TestCheckWithPasswordLogin: prompts, messages and new keys on that site.
func TestCheckWithPasswordLogin(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, passwordSite)
	must(t, site.WriteFile("login", "/etc/greeting", 0o644, greeting))
	runEach(t, site, brokenPasswordLogins)
	t.Run("by a password", func(t *testing.T) {
		x := brokenSetup{host: withDirectives("IdentityFile", "/dev/null", "IdentitiesOnly", "yes"), person: answerPrompt("secret")}
		result := x.window(t, site).check("lab", false)
		if s := findStep(t, result, "login"); s.Outcome != protocol.CheckWarning || !strings.Contains(s.Advice, "ssh-copy-id alice@") || !result.OK {
			t.Errorf("%+v", s)
		}
	})
	t.Run("greeting", func(t *testing.T) {
		w := brokenSetup{}.window(t, site)
		w.check("lab", false)
		w.check("lab", false)
		if found := w.shownMessages(protocol.LogInfo, "broken says: Maintenance on Tuesday."); len(found) != 1 || strings.Count(found[0].Detail, "\n") != 198 {
			t.Errorf("shown %d times, %q", len(found), found[0].Message)
		}
	})
	t.Run("the other way into a job", func(t *testing.T) {
		result := brokenSetup{}.window(t, site).check("lab", true)
		if s := findStep(t, result, "route"); !result.OK || !strings.Contains(s.Detail, ", by srun, ") {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a new key", func(t *testing.T) { checkNewKeyCreated(t, site) })
	t.Run("a new key where keys are the only way in", func(t *testing.T) { checkNewKeyShown(t, site) })
	nothingLeft(t, site)
}

// promptAnswers returns a function that answers prompts by their purpose, and counts them.
func promptAnswers(count map[protocol.PromptPurpose]int, confirm bool, secrets map[protocol.PromptPurpose]string) func(string, json.RawMessage) any {
	return func(method string, raw json.RawMessage) any {
		var q struct {
			Purpose protocol.PromptPurpose `json:"purpose"`
		}
		_ = json.Unmarshal(raw, &q)
		count[q.Purpose]++ // one question at a time
		if method == protocol.MethodPromptConfirm {
			return protocol.PromptConfirmResult{Accepted: confirm}
		}
		return protocol.PromptSecretResult{Value: secrets[q.Purpose]}
	}
}
