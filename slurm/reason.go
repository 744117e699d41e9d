package slurm

import (
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// Reason is Slurm's word for why a job waits, or why it ended: "Resources"; ""
// when it gives none.
type Reason string

// parseReason takes the word off the front of a reason: "ReqNodeNotAvail,
// UnavailableNodes:n1" has more behind a comma, and a held job may say
// "launch failed requeued held".
func parseReason(text string) (reason Reason, full string) {
	if text == "" {
		return "", ""
	}
	word := text
	if i := strings.IndexAny(text, ",: ("); i > 0 {
		word = text[:i]
	}
	spaced := strings.ReplaceAll(text, "_", " ")
	for phrase, reason := range phrases {
		if strings.EqualFold(spaced, phrase) {
			return reason, text
		}
	}
	return Reason(word), text
}

// phrases are reasons that Slurm writes as a sentence.
var phrases = map[string]Reason{
	"launch failed requeued held": "JobLaunchFailure",
	"job requeued in held state":  "JobHeldUser",
	"Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions": "Resources",
}

// find explains a reason, or what it limits. Words in braces are placeholders, see figures.
func (r Reason) find() (Advice, bool) {
	if m, ok := reasons[r]; ok {
		return m, true
	}
	return limitMeaning(string(r))
}

// limitMeaning explains the reasons that name a limit. They are built from
// parts, so the parts are the data: whose limit it is, for whom it counts, what
// it counts and how:
//
//	AssocGrpCpuLimit  QOSMaxGRESPerUser  MaxJobsPerAccount  QOSGrpMemRunMinutes
//	QOSMinCpuNotSatisfied  AssocMaxWallDurationPerJobLimit
func limitMeaning(reason string) (Advice, bool) {
	owner, rest, ok := cutOwner(reason)
	if !ok {
		return Advice{}, false
	}
	what, found := limitedThing(rest)
	if !found {
		return Advice{}, false
	}
	less := "{less}"
	switch {
	case strings.Contains(rest, "Minutes"):
		what = strings.TrimSuffix(strings.Replace(what, "GPUs", "GPU", 1), "s") + " time" // "CPU time"
		less = "less time than {time}"
	case what == "time":
		less = "less time than {time}"
	case strings.HasPrefix(what, "GPUs"):
		less = "fewer GPUs"
	}
	switch {
	case strings.HasPrefix(rest, "Min"):
		return Advice{owner + " requires a job to ask for more " + what + " than this one does", "Stop the job and ask for more, or name another QOS"}, true
	case strings.Contains(rest, "PerJob") && !strings.Contains(rest, "Submit"), strings.Contains(rest, "PerNode"):
		return Advice{"the job asks for more " + what + " than " + owner + " allows one job", "Stop the job and ask for " + less + ", or name another account or QOS"}, true
	case strings.Contains(rest, "Submit"):
		return Advice{owner + " has as many jobs in the queue as it may", "Cancel another of your jobs, or wait until one ends"}, true
	case strings.Contains(rest, "RunMinutes"):
		return Advice{"the running jobs of " + owner + " have reserved all the " + what + " that they may", "Ask for less time than {time}, or wait until other jobs end"}, true
	case strings.Contains(rest, "Minutes"), rest == "GrpWall", rest == "GrpWallLimit":
		return Advice{owner + " has used up its budget of " + what, "Name another account or QOS, or ask the site for more"}, true
	case what == "jobs":
		return Advice{owner + " has reached its limit of running jobs", "Cancel another of your jobs, or wait until one ends"}, true
	default:
		return Advice{owner + " has reached its limit of " + what, "Ask for " + less + ", cancel another of your jobs, or wait until jobs end"}, true
	}
}

// cutOwner returns whose limit it is and the rest, which begins with Grp, Max or Min.
func cutOwner(reason string) (owner, rest string, ok bool) {
	switch {
	case strings.HasPrefix(reason, "Assoc"):
		owner, rest = "your account", strings.TrimPrefix(reason, "Assoc")
	case strings.HasPrefix(reason, "QOS"):
		owner, rest = "QOS {qos}", strings.TrimPrefix(reason, "QOS")
		if strings.Contains(reason, "PerUser") {
			owner = "your use of QOS {qos}"
		}
	case strings.HasPrefix(reason, "Max") && strings.HasSuffix(reason, "PerAccount"):
		owner, rest = "your account in QOS {qos}", reason
	}
	for _, begin := range []string{"Grp", "Max", "Min"} {
		if strings.HasPrefix(rest, begin) {
			return owner, rest, true
		}
	}
	return "", "", false
}

// limited are the things that limits count: a name before those that are a part of it.
var limited = []struct{ name, words string }{
	{"Billing", "billing units"}, {"BB", "burst buffer"}, {"Cpu", "CPUs"}, {"CPU", "CPUs"}, {"Energy", "energy"}, {"GRES", "GPUs or other special resources"},
	{"License", "licences"}, {"Memory", "memory"}, {"Mem", "memory"}, {"Node", "nodes"}, {"Jobs", "jobs"}, {"SubmitJob", "jobs"},
	{"WallDuration", "time"}, {"Wall", "time"}, {"Unknown", "special resources"},
}

func limitedThing(rest string) (words string, ok bool) {
	after := rest[len("Grp"):]
	i := slices.IndexFunc(limited, func(l struct{ name, words string }) bool { return strings.HasPrefix(after, l.name) })
	if i < 0 {
		return "", false
	}
	return limited[i].words, true
}

// reasons are the reason codes of squeue(1) of Slurm 22.05 and of the page "Job
// Reason Codes" of the Slurm documentation (24.05), and older names from
// squeue(1) of Slurm 2.6 to 20.11; limitMeaning explains those that name a limit.
var reasons = map[Reason]Advice{
	"":                         {"Slurm has not said why yet", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"None":                     {"Slurm has not looked at the job yet", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"WaitingForScheduling":     {"Slurm has not looked at the job yet", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"SchedDefer":               {"Slurm has deferred the scheduling of new jobs", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"Resources":                {"no node has {resources} now", "Ask for {less}, or wait until other jobs end"},
	"Priority":                 {"other jobs in the queue come first", "Wait; a job with a shorter time limit or fewer CPUs than {cpus} often starts sooner"},
	"Constraints":              {"no node with the features asked for is free now", "Wait, or ask for other features"},
	"Licenses":                 {"a licence that the job asks for is in use", "Wait until it is free"},
	"Reservation":              {"the reservation has not begun", "Wait until it starts: " + fault.Shell("scontrol show reservation") + " on the login node shows when"},
	"BeginTime":                {"the job's earliest start time is later; a requeued job waits like this for a minute or two", "Wait, or remove " + fault.Option("begin")},
	"Dependency":               {"another job has to finish first", "Wait for it, or remove " + fault.Option("dependency")},
	"Cleaning":                 {"Slurm is still cleaning up an earlier run of this job", "Wait; it takes minutes at most"},
	"Prolog":                   {"the site's setup script for the node is running", "Wait; it takes minutes at most"},
	"BurstBufferResources":     {"the burst buffer has too little space", "Wait, or ask for less of it"},
	"BurstBufferStageIn":       {"files are being copied to the burst buffer", "Wait until they are there"},
	"FedJobLock":               {"the clusters of the federation are deciding where the job runs", "Wait; it takes seconds"},
	"JobArrayTaskLimit":        {"the job array is running as many tasks as it allows", "Wait until one ends"},
	"QOSUsageThreshold":        {"your account is over the usage limit of QOS {qos}", "Wait for the usage to decay, or use another QOS"},
	"ReqNodeNotAvail":          {"a node that the job needs is down, reserved, or due for maintenance before the job would end", "Ask for less time than {time}, so that the job ends before a maintenance, or wait; " + fault.Shell("scontrol show reservation") + " on the login node shows what is planned"},
	"PartitionDown":            {"partition {partition} starts no jobs now", "Choose another partition, or wait; the site's news may say how long"},
	"PartitionInactive":        {"partition {partition} is closed", "Choose another partition"},
	"NodeDown":                 {"a node that the job needs is down", "Remove options that name nodes, or ask the site"},
	"FrontEndDown":             {"the site has no front-end node to start the job", "Wait, or ask the site"},
	"SystemFailure":            {"Slurm, a file system or the network failed", "Try again later, or ask the site"},
	"JobHeldAdmin":             {"the site's staff put the job on hold", "Ask the site why"},
	"BlockMaxError":            {"the machine's hardware had too many errors", "Ask the site"},
	"BlockFreeAction":          {"the machine is freeing hardware", "Wait; it takes minutes at most"},
	"InactiveLimit":            {"the job was silent for longer than the site allows", "Ask the site about Slurm's InactiveLimit"},
	"JobHoldMaxRequeue":        {"the job failed to start several times and is on hold", "Stop it and start again; if it happens again, ask the site"},
	"JobLaunchFailure":         {"Slurm could not start the job on its node", "Stop it and start again; if it happens again, ask the site"},
	"JobHeldUser":              {"the job is on hold, by you or on your behalf", "Release it with " + fault.Shell("scontrol release") + " on the login node, or stop it and start again"},
	"ReservationDeleted":       {"the reservation was deleted", "Stop the job and start again without it"},
	"DependencyNeverSatisfied": {"the job waits for another one that can never finish as required", "Stop it and start again without " + fault.Option("dependency")},
	"BadConstraints":           {"no node has {wanted}", "Stop the job and ask for {less}, or for another partition"},
	"BurstBufferOperation":     {"the burst buffer failed", "Stop the job and start again without it"},
	"DeadLine":                 {"the job cannot end before the deadline asked for", "Stop it and ask for less time than {time}"},
	"InvalidAccount":           {"account {account} is no longer valid", "Stop the job and name another account"},
	"InvalidBankAccount":       {"account {account} is no longer valid", "Stop the job and name another account"},
	"AccountNotAllowed":        {"account {account} may not use partition {partition}", "Stop the job and name another account or partition"},
	"InvalidQOS":               {"QOS {qos} is no longer valid", "Stop the job and name another QOS"},
	"QOSNotAllowed":            {"QOS {qos} may not be used with this account or partition {partition}", "Stop the job and name another QOS"},
	"PartitionNodeLimit":       {"partition {partition} does not allow single-node jobs now, or its nodes are down", "Stop the job and choose another partition"},
	"PartitionTimeLimit":       {"the time limit of {time} is more than partition {partition} allows{maxtime}", "Stop the job and ask for less time"},
	"PartitionConfig":          {"the job asks for more than partition {partition} allows", "Stop it and ask for {less}, or for another partition"},
	"MaxMemPerLimit":           {"{memory} is more than a job may use per CPU or per node", "Stop the job and ask for less memory, or for more CPUs"},
	"AccountingPolicy":         {"your account or QOS has reached a limit", "Ask for {less}, cancel another of your jobs, or wait"},
	"AssociationJobLimit":      {"your account is running as many jobs as it may", "Wait until one ends, or cancel one of yours"},
	"AssociationResourceLimit": {"your account is using all that it may", "Ask for {less}, cancel another of your jobs, or wait"},
	"AssociationTimeLimit":     {"your account has reached its time limit", "Ask for less time than {time}, or name another account"},
	"QOSJobLimit":              {"QOS {qos} is running as many jobs as it allows", "Wait until one ends, or use another QOS"},
	"QOSResourceLimit":         {"QOS {qos} is using all that it allows", "Ask for {less}, use another QOS, or wait"},
	"QOSTimeLimit":             {"QOS {qos} has reached its time limit", "Ask for less time than {time}, or use another QOS"},
	"JobHeld":                  {"the job is on hold", "Ask the site why"},
	"NonZeroExitCode":          {"the job's script failed", "Look at Jupyter's log"},
	"RaisedSignal":             {"the job's script was killed", "Look at Jupyter's log"}, // Slurm 23 and later
	"OutOfMemory":              {"the job ran out of memory", "Ask for more memory than {memory}"},
	"TimeLimit":                {"the job reached its time limit", "Ask for more time than {time}"},
}
