//go:build unix

// Command record starts a site and records what the commands of its Slurm print, as fixtures for the package slurm:
//
//	SUNPYTER_SITE_ROOT=ROOT record FOLDER [estimates]
//
// FOLDER gets a file for each answer: the command, what it printed, its exit status. With "estimates", only
// those about free nodes and future starts are recorded.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/testcluster"
)

func main() {
	if len(os.Args) != 2 && (len(os.Args) != 3 || os.Args[2] != "estimates") {
		fmt.Fprintln(os.Stderr, "usage: record FOLDER [estimates]")
		os.Exit(2)
	}
	if err := run(os.Args[1], len(os.Args) == 3); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// partitions are in states and with limits that ordinary ones have not.
const partitions = `PartitionName=gpu Nodes=ALL AllowAccounts=cdt MaxTime=00:10:00 State=UP
PartitionName=hid Nodes=scs0151 Hidden=YES State=UP
PartitionName=down Nodes=ALL State=DOWN
PartitionName=inactive Nodes=ALL State=INACTIVE
PartitionName=grp Nodes=ALL AllowGroups=bob State=UP
PartitionName=root Nodes=ALL RootOnly=YES State=UP
PartitionName=limits Nodes=ALL MaxNodes=1 MaxCPUsPerNode=2 MaxTime=7-00:00:00 DefaultTime=01:00:00 DefMemPerCPU=2000 MaxMemPerCPU=4000 State=DRAIN
PartitionName=bynode Nodes=ALL Hidden=YES MaxTime=00:30:00 DefMemPerNode=1024 MaxMemPerNode=64000 State=UP`

func run(folder string, onlyEstimates bool) (err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	// A root that scripts/versions made need not have the database.
	_, missing := os.Stat(filepath.Join(os.Getenv("SUNPYTER_SITE_ROOT"), "/usr/sbin/slurmdbd"))
	accounts := !onlyEstimates || missing == nil
	site, err := testcluster.Open(testcluster.Options{CPUs: 4, DBD: accounts, KillWait: 5 * time.Second, ExtraPart: partitions, ExtraConf: "Licenses=lic:1"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, site.Stop()) }()
	r := &recorder{site: site, folder: folder, accounts: accounts}
	if !onlyEstimates {
		r.facts()
		r.jobs()
		r.refusals()
		r.steps()
		r.noController()
	}
	r.estimates()
	return r.err
}

// recorder runs commands on the login node; its first error is in err.
type recorder struct {
	site     *testcluster.Site
	folder   string
	accounts bool // the site has an accounting database
	err      error
}

// do runs a command as a user and returns its output.
func (r *recorder) do(host, user string, words ...string) (output string, status int) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd, err := r.site.Command(ctx, host, user, "env", append([]string{"TZ=UTC0"}, words...)...)
	if err == nil {
		var out []byte
		out, err = cmd.CombinedOutput()
		output = string(out)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return output, exit.ExitCode()
	}
	r.fail(err)
	return output, 0
}

func (r *recorder) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// record keeps what a command of alice's prints.
func (r *recorder) record(name string, words ...string) { r.recordAs("alice", name, words...) }

func (r *recorder) recordAs(user, name string, words ...string) {
	output, status := r.do("login", user, words...)
	var line []string
	for _, word := range words {
		switch quoted := strings.ReplaceAll(word, "\x1f", `\037`); {
		case quoted != word:
			line = append(line, "$'"+strings.ReplaceAll(quoted, "\x1e", `\036`)+"'")
		default:
			line = append(line, "'"+word+"'")
		}
	}
	if output != "" && !strings.HasSuffix(output, "\n") {
		output += "\n"
	}
	text := fmt.Sprintf("$ %s\n%s[exit %d]\n", strings.Join(line, " "), output, status)
	r.fail(os.WriteFile(filepath.Join(r.folder, name+".txt"), []byte(text), 0o644))
}

// must runs a command as root on the controller's host.
func (r *recorder) must(words ...string) {
	if out, status := r.do("ctl", "root", words...); status != 0 {
		r.fail(fmt.Errorf("%s: exit %d: %s", strings.Join(words, " "), status, out))
	}
}

// submit returns the number of a new job of alice's.
func (r *recorder) submit(words ...string) string {
	out, status := r.do("login", "alice", append([]string{"sbatch", "--parsable", "--job-name=sunpyter", "--output=/dev/null", "--mem=100"}, words...)...)
	if status != 0 {
		r.fail(fmt.Errorf("sbatch %s: exit %d: %s", strings.Join(words, " "), status, out))
	}
	return strings.TrimSpace(out)
}

// await waits until a job is in a state, by Slurm's name.
func (r *recorder) await(id, state string) {
	r.awaitOutput(" JobState="+state+" ", "scontrol", "--oneliner", "show", "job", id)
}

// awaitOutput waits until a command of alice's prints text.
func (r *recorder) awaitOutput(text string, words ...string) {
	for begun := time.Now(); r.err == nil; time.Sleep(300 * time.Millisecond) {
		out, _ := r.do("login", "alice", words...)
		if strings.Contains(out, text) {
			return
		}
		if time.Since(begun) > 4*time.Minute {
			r.fail(fmt.Errorf("%s does not print %q: %s", strings.Join(words, " "), text, out))
		}
	}
}

// The formats of the package slurm.
const (
	squeueFormat = "\x1e%i\x1f%T\x1f%B\x1f%N\x1f%M\x1f%L\x1f%l\x1f%S\x1f%e\x1f%V\x1f%C\x1f%u\x1f%P\x1f%a\x1f%q\x1f%j\x1f%r\x1f%R\x1f%Z\x1f%k\x1e"
	sacctFormat  = "JobIDRaw,State,ExitCode,Submit,Start,End,NodeList,Partition,Account,AllocCPUS,User,JobName"
)

func (r *recorder) queue(name string) {
	r.record(name, "squeue", "--noheader", "--all", "--format="+squeueFormat, "--states=all")
}

func (r *recorder) job(name, id string) { r.record(name, "scontrol", "--oneliner", "show", "job", id) }

// facts records what does not depend on jobs.
func (r *recorder) facts() {
	r.record("version", "sbatch", "--version")
	r.must("sacctmgr", "-i", "-Q", "add", "qos", "part")
	r.must("scontrol", "update", "PartitionName=limits", "QOS=part", "JobDefaults=DefCpuPerGPU=4,DefMemPerGPU=8000")
	r.record("scontrol-partition", "scontrol", "--all", "--oneliner", "show", "partition")
	r.record("sinfo-kinds", "sinfo", "--all", "--noheader", "--exact", "--format=%R|%c|%m|%G")
	r.record("sacctmgr", "sacctmgr", "--noheader", "--parsable2", "show", "user", "where", "name=alice", "withassoc", "format=defaultaccount,cluster,account,partition,qos")
	r.record("scontrol-ping", "scontrol", "ping")
	r.record("sdiag", "sdiag")
	r.queue("squeue-empty")
}

// jobs records jobs in many states, and how they ended.
func (r *recorder) jobs() {
	running := r.submit("--time=5", "--comment=sunpyter/1 session=a|b", "--wrap=sleep 600")
	r.await(running, "RUNNING")
	r.submit("--time=5", "--exclusive", "--nodes=2", "--mem=0", "--wrap=sleep 1") // Resources
	waiting := r.submit("--time=5", "--cpus-per-task=4", "--wrap=sleep 1")
	held := r.submit("--time=5", "--hold", "--wrap=sleep 1")
	begin := r.submit("--time=5", "--begin=now+1hour", "--wrap=sleep 1")
	r.submit("--time=5", "--dependency=afterok:"+running, "--wrap=sleep 1")
	r.submit("--time=5", "--partition=down", "--wrap=sleep 1")
	r.submit("--time=10:00:00", "--partition=short", "--wrap=sleep 1") // PartitionTimeLimit
	r.submit("--time=5", "--array=1-2", "--hold", "--wrap=sleep 1")
	r.must("scontrol", "create", "reservation", "ReservationName=maint", "StartTime=now+20minutes", "Duration=60", "Nodes=ALL", "Users=root", "Flags=MAINT")
	r.submit("--time=2:00:00", "--wrap=sleep 1") // ReqNodeNotAvail
	cancelled := r.submit("--time=5", "--begin=now+1hour", "--wrap=sleep 1")
	r.do("login", "alice", "scancel", cancelled)
	time.Sleep(5 * time.Second) // a round of the scheduler
	r.queue("squeue-states-all")
	r.job("scontrol-job-run", running)
	r.job("scontrol-job-held", held)
	r.job("scontrol-job-begin", begin)
	r.job("scontrol-job-cancelled", cancelled)
	r.job("scontrol-job-waiting", waiting)
	r.job("scontrol-job-unknown", "99999")
	r.record("squeue-unknown", "squeue", "--noheader", "--all", "--format=%i", "--states=all", "--jobs=99999")
	r.record("scancel-unknown", "scancel", "99999")
	r.recordAs("bob", "scancel-of-another", "scancel", running)
	r.record("sacct-unknown", "sacct", "--noheader", "--parsable2", "--allocations", "--format=JobIDRaw,State", "--jobs=99999")
	r.do("login", "alice", "scancel", "--user=alice")
	r.must("scontrol", "delete", "ReservationName=maint")
	r.await(running, "CANCELLED")
	r.ends()
}

// ends records jobs that ended in the ways that jobs can.
func (r *recorder) ends() {
	ends := []struct{ name, state, script string }{
		{"completed", "COMPLETED", "srun true"}, {"failed", "FAILED", "exit 3"}, {"killed", "FAILED", "kill -KILL $$"},
		{"oom", "OUT_OF_MEMORY", "head -c 500M /dev/zero | tail -c 400M | wc -c; sleep 3"},
	}
	var ids []string
	for _, end := range ends {
		id := r.submit("--time=5", "--wrap="+end.script)
		r.await(id, end.state)
		r.job("scontrol-job-"+end.name, id)
		ids = append(ids, id)
	}
	over := r.submit("--time=1", "--wrap=sleep 600")
	again := r.submit("--time=5", "--requeue", "--wrap=sleep 600")
	r.await(again, "RUNNING")
	r.must("scontrol", "requeue", again)
	r.await(again, "PENDING")
	r.job("scontrol-job-requeued", again)
	stopped := r.submit("--time=5", "--wrap=sleep 600")
	r.await(stopped, "RUNNING")
	r.do("login", "alice", "scancel", stopped)
	r.await(stopped, "CANCELLED")
	r.job("scontrol-job-stopped", stopped)
	r.await(over, "TIMEOUT")
	r.job("scontrol-job-timeout", over)
	r.queue("squeue-states-all-later")
	ids = append(ids, over, again, stopped)
	time.Sleep(5 * time.Second) // the database is written later
	r.record("sacct-ends", "sacct", "--noheader", "--parsable2", "--allocations", "--delimiter=\x1f", "--format="+sacctFormat, "--jobs="+strings.Join(ids, ","))
	r.do("login", "alice", "scancel", "--user=alice")
}

// refusals records requests that sbatch refuses, or accepts in some versions.
func (r *recorder) refusals() {
	for name, options := range map[string]string{
		"account": "--account=scw9999", "constraint": "--constraint=none", "cpus": "--cpus-per-task=400", "dependency": "--dependency=afterok:99999",
		"gpus": "--gpus=1", "gres": "--gres=gpu:1", "license": "--licenses=none", "memory": "--mem=900G", "nodelist": "--nodelist=none",
		"nodes": "--nodes=9", "option": "--no-such-option", "partition-account": "--partition=gpu --account=none", "partition-group": "--partition=grp",
		"partition-inactive": "--partition=inactive", "partition-root": "--partition=root", "partition": "--partition=none", "qos": "--qos=none",
		"reservation": "--reservation=none", "time-never": "--time=abc", "time": "--partition=short --time=10:00:00",
		"partition-drain": "--partition=limits", "memory-of-partition": "--partition=bynode --mem=100G",
	} {
		r.record("sbatch-"+name, append(append([]string{"sbatch", "--parsable", "--output=/dev/null"}, strings.Fields(options)...), "--wrap", "sleep 1")...)
	}
	r.do("login", "alice", "scancel", "--user=alice")
}

// estimates records what is free, and when jobs would start: on free nodes, on full ones, and never.
func (r *recorder) estimates() {
	test := func(name string, options ...string) {
		words := append([]string{"sbatch", "--test-only", "--mem=100"}, options...)
		r.record("test-only-"+name, append(words, "--wrap=true")...)
	}
	free := func(name string) {
		r.record(name, "sh", "-c", "sinfo --all --noheader --exact "+
			"--Format=PartitionName:128,CPUs:12,Memory:16,Gres:400,GresUsed:400,StateLong:24,CPUsState:48,NodeAIOT:48 | tr -s ' '")
	}
	if r.accounts {
		r.must("sacctmgr", "-i", "-Q", "add", "qos", "tiny", "set", "MaxTRESPerJob=cpu=1", "Flags=DenyOnLimit")
		r.must("sacctmgr", "-i", "-Q", "modify", "user", "alice", "set", "qos+=tiny")
	}
	r.must("scontrol", "update", "NodeName=scs0152", "State=DRAIN", "Reason=test")
	running := r.submit("--time=30", "--cpus-per-task=3", "--wrap=sleep 600")
	r.await(running, "RUNNING")
	// With --nodes, 26.05 prints what it has counted last for all nodes.
	r.awaitOutput("3/1/0/4 ", "sinfo", "--noheader", "--Node", "--format=%C ")
	if r.accounts { // the controller learns of the QOS later
		r.awaitOutput("to start at", "sbatch", "--test-only", "--mem=100", "--qos=tiny", "--time=1", "--wrap=true")
	}
	free("sinfo-free")
	for name, options := range map[string]string{
		"now": "--time=5", "later": "--time=5 --cpus-per-task=4", "cpus": "--time=5 --cpus-per-task=400", "memory": "--time=5 --mem=900G",
		"time": "--partition=short --time=10:00:00", "account": "--account=scw9999", "partition": "--partition=none",
		"partition-account": "--partition=gpu --account=capped --time=5", "partition-group": "--partition=grp", "partition-root": "--partition=root",
		"partition-down": "--partition=down --time=5", "partition-inactive": "--partition=inactive", "qos": "--qos=none",
		"qos-limit": "--qos=tiny --time=5 --cpus-per-task=2", "gpus": "--gres=gpu:1", "node-drained": "--nodelist=scs0152 --time=5", "option": "--no-such-option",
	} {
		if r.accounts || !strings.Contains(options, "--account=") && !strings.Contains(options, "--qos=") {
			test(name, strings.Fields(options)...)
		}
	}
	r.must("scontrol", "update", "NodeName=scs0152", "State=RESUME")
	r.do("login", "alice", "scancel", "--user=alice")
	r.await(running, "CANCELLED")
}

// steps records steps that cannot begin.
func (r *recorder) steps() {
	running, held := r.submit("--time=5", "--wrap=sleep 600"), r.submit("--hold", "--wrap=sleep 1")
	r.await(running, "RUNNING")
	step := func(name, id, command string) {
		r.record("srun-"+name, "srun", "--jobid="+id, "--nodes=1", "--ntasks=1", "--overlap", "--immediate=10", "--quiet", command)
	}
	step("step", running, "hostname")
	step("step-pending", held, "hostname")
	step("step-unknown", "99999", "hostname")
	step("no-such-command", running, "/nonexistent")
	r.do("login", "alice", "scancel", running)
	r.await(running, "CANCELLED")
	step("step-over", running, "hostname")
}

// noController records the answers without a controller, and without its host.
func (r *recorder) noController() {
	commands := map[string][]string{
		"squeue": {"squeue", "--me"}, "scontrol": {"scontrol", "--all", "--oneliner", "show", "partition"}, "sinfo": {"sinfo"},
		"sbatch": {"sbatch", "--parsable", "--wrap", "sleep 1"}, "scancel": {"scancel", "1"},
		"srun":  {"srun", "--jobid=1", "--nodes=1", "--ntasks=1", "--overlap", "--immediate=10", "--quiet", "hostname"},
		"sdiag": {"sdiag"}, "ping": {"scontrol", "ping"},
	}
	r.fail(r.site.StopService("ctl", "slurmctld"))
	for name, words := range commands {
		r.record("ctl-down-"+name, append([]string{"timeout", "100"}, words...)...)
	}
	r.fail(r.site.StartService("ctl", "slurmctld"))
	r.fail(r.site.Unplug("ctl"))
	for _, name := range []string{"squeue", "scancel"} {
		r.record("ctl-away-"+name, append([]string{"timeout", "100"}, commands[name]...)...)
	}
	r.fail(r.site.Plug("ctl"))
}
