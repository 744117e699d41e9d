package slurm

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/plain"
)

// maxShown bounds what an error shows of a command's output, in bytes.
const maxShown = 400

// unreachableWords are what Slurm's commands print when the controller does not answer:
// seen with 22.05, and known from sites with other versions.
var unreachableWords = []string{
	"Unable to contact slurm controller",
	"Unable to contact slurmctld",
	"Socket timed out",
	"Connection refused",
	"Connection timed out",
	"Connection reset by peer",
	"No route to host",
	"Transport endpoint is not connected",
	"Zero Bytes were transmitted or received",
	"Communication connection failure",
	"Communication shutdown failure",
	"Message send failure",
	"Message receive failure",
	"Insane message length",
	"in standby mode",
	"Slurm temporarily unable to accept job",
	"Resource temporarily unavailable",
	"Unable to establish controller machine",
	"Could not establish a configuration source",
	"Failed to access \"/run/munge",
	"Munge encode failed",
	"Munge decode failed",
	"Protocol authentication error",
	"RPC rate limit",
}

// unknownOutcomeWords are those after which sbatch may have submitted the job nevertheless.
var unknownOutcomeWords = []string{
	"Socket timed out", "Connection timed out", "Connection reset by peer", "Zero Bytes were transmitted", "Message receive failure", "Transport endpoint",
}

// hasAny reports whether text contains one of words, in any case.
func hasAny(text string, words []string) bool {
	text = strings.ToLower(text)
	for _, word := range words {
		if strings.Contains(text, strings.ToLower(word)) {
			return true
		}
	}
	return false
}

func isUnreachable(text string) bool  { return hasAny(text, unreachableWords) }
func outcomeUnknown(text string) bool { return hasAny(text, unknownOutcomeWords) }
func isUnknownJob(text string) bool {
	return hasAny(text, []string{"Invalid job id specified", "Invalid job/step id", "Job ID not found"})
}

// rejections has advice for what sbatch prints when it refuses a job; the first match
// counts. Seen with 22.05, and known from sites with other versions.
var rejections = []struct{ words, advice string }{
	{"invalid partition", "Choose a partition that exists: " + fault.Shell("sinfo -s") + " on the login node lists them"},
	{"partition not available", "The partition does not accept jobs now: choose another, or ask the site when it will"},
	{"not permitted to use this partition", "Choose a partition that is open to your account and group"},
	{"Invalid account or account/partition", "Choose one of your accounts that may use this partition: " + fault.Shell("sacctmgr show associations user=$USER") + " lists them"},
	{"Invalid account", "Choose one of your accounts: " + fault.Shell("sacctmgr show associations user=$USER") + " lists them"},
	{"Invalid qos", "Choose a QOS that your account may use: " + fault.Shell("sacctmgr show associations user=$USER format=account,qos") + " lists them"},
	{"QOSMaxSubmitJob", "You have as many jobs in the queue as this QOS allows: cancel one, or wait for one to end"},
	{"AssocMaxSubmitJob", "You have as many jobs in the queue as your account allows: cancel one, or wait for one to end"},
	{"AssocGrpSubmitJobs", "Your account has as many jobs in the queue as it may: wait for one to end"},
	{"Job violates accounting/QOS policy", "The request is over a limit of your account or QOS, or you have too many jobs in the queue: ask for less, or wait"},
	{"Requested time limit", "Ask for less time, or for a partition with a longer limit"},
	{"Time limit specification required", "The site requires a time limit: set one"},
	{"time limit", "Ask for less time, or for a partition with a longer limit"},
	{"mem-per-cpu", "The site requires memory per CPU: set " + fault.Field("memoryPerCpu")},
	{"--mem", "The site may require memory per CPU: set " + fault.Field("memoryPerCpu") + ", or don't request memory"},
	{"Memory specification can not be satisfied", "No node has that much memory: ask for less, or for another partition"},
	{"Memory required by task is not available", "No node has that much memory: ask for less, or for another partition"},
	{"CPU count per node can not be satisfied", "No node has that many CPUs: ask for fewer, or for another partition"},
	{"More processors requested than permitted", "No node has that many CPUs: ask for fewer, or for another partition"},
	{"node configuration is not available", "No node of the partition has what you asked for: ask for fewer CPUs, less memory or other GPUs, or for another partition"},
	{"Node count specification invalid", "A kernel needs one node: choose a partition that allows single-node jobs"},
	{"generic resource", "The site has no such GPU or other resource: " + fault.Shell("sinfo -o '%P %G'") + " on the login node lists them"},
	{"gres", "The site has no such GPU or other resource: " + fault.Shell("sinfo -o '%P %G'") + " on the login node lists them"},
	{"feature specification", "No node has such a feature: " + fault.Shell("sinfo -o '%P %f'") + " on the login node lists them"},
	{"reservation", "Choose a reservation that exists and is open to you: " + fault.Shell("scontrol show reservation") + " on the login node lists them"},
	{"node name", "Choose nodes that exist: " + fault.Shell("sinfo -N") + " on the login node lists them"},
	{"dependency", "Correct the dependency among the extra options for sbatch"},
	{"license", "Correct the licences among the extra options for sbatch"},
	{"unrecognized option", "Correct the extra options for sbatch; this site's version of Slurm may not have one of them"},
	{"requires an argument", "Write the option and its value as one word, as in " + fault.Option("exclude=scs0150")},
	{"ambiguous", "Write the full name of the extra option"},
	{"Invalid --", "Correct the extra options for sbatch"},
	{"Access/permission denied", "Ask the site whether your account may run jobs there"},
	{"User not found", "Ask the site whether your account may run jobs there"},
	{"Job submit limit", "The site accepts no more jobs now: wait and try again"},
	{"Slurm job queue full", "The site accepts no more jobs now: wait and try again"},
}

// rejectionError returns the fault for a command that failed.
func rejectionError(tried string, f frame) error {
	answer := cleanMessage(f.text)
	if answer == "" {
		answer = fmt.Sprintf("%s failed with exit status %d and no message", f.name, f.status)
	}
	e := &fault.Error{Code: fault.SlurmRejected, Tried: tried, Answer: answer, Advice: "Try again; if it happens again, ask the site's help desk"}
	switch {
	case isUnreachable(f.text):
		e.Code = fault.SlurmUnreachable
		e.Advice = "Slurm's controller does not answer now. Running jobs continue. Try again in a few minutes"
		if f.name == "sbatch" && outcomeUnknown(f.text) {
			return markOutcomeUnknown(e)
		}
		return e
	case isUnknownJob(f.text):
		e.Code = fault.SlurmUnknownJob
		e.Advice = "The job has ended, or it belongs to another site"
		return e
	}
	if f.name == "sbatch" {
		e.Advice = "Correct the request; the site's help desk knows what is allowed"
	}
	for _, rejection := range rejections {
		if f.name == "sbatch" && hasAny(f.text, []string{rejection.words}) {
			e.Advice = rejection.advice
			break
		}
	}
	return e
}

var prefix = regexp.MustCompile(`^(?:[\w-]+: )?(?:error|fatal|warning): (?:error: )?`)

// cleanMessage returns a message of Slurm's commands for the user: without the commands'
// names, on one line, each sentence once.
func cleanMessage(text string) string {
	var lines []string
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = prefix.ReplaceAllString(plain.Line(line), "")
		for _, begin := range []string{"sbatch: ", "Batch job submission failed: ", "allocation failure: "} {
			line = strings.TrimPrefix(line, begin)
		}
		if line == "" || seen[line] || strings.HasPrefix(line, "Try \"") {
			continue
		}
		seen[line] = true
		lines = append(lines, line)
	}
	return strings.TrimRight(bounded.End(strings.Join(lines, "; "), maxShown), ". ")
}

// missingSlurmError returns the fault for a login node without Slurm's commands.
func missingSlurmError(tried, path string) error {
	e := &fault.Error{
		Code: fault.SlurmMissing, Tried: tried,
		Answer: "sbatch is not in the PATH of your login shell (" + bounded.End(path, maxShown) + ") and not in the usual places",
		Advice: "Check that this is a login node of a Slurm site. If Slurm is a module there, load it in your shell's startup file",
	}
	if !strings.Contains(":"+path+":", ":/usr/bin:") {
		e.Answer = "PATH in your login shell is " + bounded.End(path, maxShown) + ", without /usr/bin and without sbatch"
		e.Advice = "A startup file of your shell replaces PATH: have it add to PATH instead, as in " + fault.Shell("export PATH=$HOME/bin:$PATH")
	}
	return e
}

// parseError returns the fault for an answer that cannot be parsed.
func parseError(tried string, err error) error {
	return &fault.Error{Code: fault.SlurmOutput, Tried: tried, Err: err, Advice: "Please report this, with the site's version of Slurm"}
}
