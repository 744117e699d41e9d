package slurm

import (
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/fault"
)

// Reason is Slurm's word for why a job waits, or why it ended: "Resources"; ""
// when it gives none.
type Reason string

// Kind is what a pending job needs.
type Kind string

// The kinds.
const (
	// KindWaits: the job starts by itself in time.
	KindWaits Kind = "waits"
	// KindUser: the user must change or do something.
	KindUser Kind = "user"
	// KindSite: the site's staff must do something.
	KindSite Kind = "site"
	// KindNever: this job never starts; end it and ask for something else.
	KindNever Kind = "never"
)

// meaning explains a reason in plain language. Words in braces are placeholders, see
// figures.
type meaning struct {
	kind            Kind
	message, advice string
}

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

// find looks up the reason, then what it limits.
func (r Reason) find() (meaning, bool) {
	if m, ok := reasons[r]; ok {
		return m, true
	}
	return limitMeaning(string(r))
}

// Known reports whether the reason has an explanation.
func (r Reason) Known() bool { _, ok := r.find(); return ok }

// Kind returns what a job that waits for this reason needs; KindWaits for a reason
// that is not known, since Slurm took the job.
func (r Reason) Kind() Kind {
	if m, ok := r.find(); ok {
		return m.kind
	}
	return KindWaits
}

// limitMeaning explains the reasons that name a limit. They are built from
// parts, so the parts are the data: whose limit it is, for whom it counts, what
// it counts and how:
//
//	AssocGrpCpuLimit  QOSMaxGRESPerUser  MaxJobsPerAccount  QOSGrpMemRunMinutes
//	QOSMinCpuNotSatisfied  AssocMaxWallDurationPerJobLimit
func limitMeaning(reason string) (meaning, bool) {
	owner, rest, ok := cutOwner(reason)
	if !ok {
		return meaning{}, false
	}
	what, found := limitedThing(rest)
	if !found {
		return meaning{}, false
	}
	if strings.Contains(rest, "Minutes") {
		what += " time"
	}
	switch {
	case strings.HasPrefix(rest, "Min"):
		return meaning{KindNever, owner + " requires a job to ask for more " + what + " than this one does", "Stop the job and ask for more, or name another QOS"}, true
	case strings.Contains(rest, "PerJob") && !strings.Contains(rest, "Submit"), strings.Contains(rest, "PerNode"):
		return meaning{KindNever, "the job asks for more " + what + " than " + owner + " allows one job", "Stop the job and ask for {less}, or name another account or QOS"}, true
	case strings.Contains(rest, "Submit"):
		return meaning{KindUser, owner + " has as many jobs in the queue as it may", "Cancel another of your jobs, or wait until one ends"}, true
	case strings.Contains(rest, "RunMinutes"):
		return meaning{KindWaits, "the running jobs of " + owner + " have reserved all the " + what + " that they may", "Ask for less time than {time}, or wait until other jobs end"}, true
	case strings.Contains(rest, "Minutes"):
		return meaning{KindUser, owner + " has used up its budget of " + what, "Name another account or QOS, or ask the site for more"}, true
	default:
		return meaning{KindWaits, owner + " has reached its limit of " + what, "Ask for {less}, cancel another of your jobs, or wait until jobs end"}, true
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
	{"WallDuration", "time"}, {"Wall", "time"}, {"Unknown", "of a special resource"},
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
// squeue(1) of Slurm 2.6 to 20.11; those that name a limit are in limits.go.
var reasons = map[Reason]meaning{
	"":                         {KindWaits, "Slurm has not said why yet", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"None":                     {KindWaits, "Slurm has not looked at the job yet", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"WaitingForScheduling":     {KindWaits, "Slurm has not looked at the job yet", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"SchedDefer":               {KindWaits, "Slurm has deferred the scheduling of new jobs", "Wait; Slurm schedules jobs every few seconds to minutes"},
	"Resources":                {KindWaits, "no node has {resources} now", "Ask for {less}, or wait until other jobs end"},
	"Priority":                 {KindWaits, "other jobs in the queue come first", "Wait; a job with a shorter time limit or fewer CPUs than {cpus} often starts sooner"},
	"Constraints":              {KindWaits, "no node with the features asked for is free now", "Wait, or ask for other features"},
	"Licenses":                 {KindWaits, "a licence that the job asks for is in use", "Wait until it is free"},
	"Reservation":              {KindWaits, "the reservation has not begun", "Wait until it starts: " + fault.Shell("scontrol show reservation") + " on the login node shows when"},
	"BeginTime":                {KindWaits, "the job's earliest start time is later; a requeued job waits like this for a minute or two", "Wait, or remove " + fault.Option("begin")},
	"Dependency":               {KindWaits, "another job has to finish first", "Wait for it, or remove " + fault.Option("dependency")},
	"Cleaning":                 {KindWaits, "Slurm is still cleaning up an earlier run of this job", "Wait; it takes minutes at most"},
	"Prolog":                   {KindWaits, "the site's setup script for the node is running", "Wait; it takes minutes at most"},
	"BurstBufferResources":     {KindWaits, "the burst buffer has too little space", "Wait, or ask for less of it"},
	"BurstBufferStageIn":       {KindWaits, "files are being copied to the burst buffer", "Wait until they are there"},
	"FedJobLock":               {KindWaits, "the clusters of the federation are deciding where the job runs", "Wait; it takes seconds"},
	"JobArrayTaskLimit":        {KindWaits, "the job array is running as many tasks as it allows", "Wait until one ends"},
	"QOSUsageThreshold":        {KindWaits, "your account is over the usage limit of QOS {qos}", "Wait for the usage to decay, or use another QOS"},
	"ReqNodeNotAvail":          {KindWaits, "a node that the job needs is down, reserved, or due for maintenance before the job would end", "Ask for less time than {time}, so that the job ends before a maintenance, or wait; " + fault.Shell("scontrol show reservation") + " on the login node shows what is planned"},
	"PartitionDown":            {KindSite, "partition {partition} starts no jobs now", "Choose another partition, or wait; the site's news may say how long"},
	"PartitionInactive":        {KindSite, "partition {partition} is closed", "Choose another partition"},
	"NodeDown":                 {KindSite, "a node that the job needs is down", "Remove options that name nodes, or ask the site"},
	"FrontEndDown":             {KindSite, "the site has no front-end node to start the job", "Wait, or ask the site"},
	"SystemFailure":            {KindSite, "Slurm, a file system or the network failed", "Try again later, or ask the site"},
	"JobHeldAdmin":             {KindSite, "the site's staff put the job on hold", "Ask the site why"},
	"BlockMaxError":            {KindSite, "the machine's hardware had too many errors", "Ask the site"},
	"BlockFreeAction":          {KindWaits, "the machine is freeing hardware", "Wait; it takes minutes at most"},
	"InactiveLimit":            {KindSite, "the job was silent for longer than the site allows", "Ask the site about Slurm's InactiveLimit"},
	"JobHoldMaxRequeue":        {KindNever, "the job failed to start several times and is on hold", "Stop it and start again; if it happens again, ask the site"},
	"JobLaunchFailure":         {KindNever, "Slurm could not start the job on its node", "Stop it and start again; if it happens again, ask the site"},
	"JobHeldUser":              {KindUser, "the job is on hold, by you or on your behalf", "Release it with " + fault.Shell("scontrol release") + " on the login node, or stop it and start again"},
	"ReservationDeleted":       {KindNever, "the reservation was deleted", "Stop the job and start again without it"},
	"DependencyNeverSatisfied": {KindNever, "the job waits for another one that can never finish as required", "Stop it and start again without " + fault.Option("dependency")},
	"BadConstraints":           {KindNever, "no node has {wanted}", "Stop the job and ask for {less}, or for another partition"},
	"BurstBufferOperation":     {KindNever, "the burst buffer failed", "Stop the job and start again without it"},
	"DeadLine":                 {KindNever, "the job cannot end before the deadline asked for", "Stop it and ask for less time than {time}"},
	"InvalidAccount":           {KindNever, "account {account} is no longer valid", "Stop the job and name another account"},
	"InvalidBankAccount":       {KindNever, "account {account} is no longer valid", "Stop the job and name another account"},
	"AccountNotAllowed":        {KindNever, "account {account} may not use partition {partition}", "Stop the job and name another account or partition"},
	"InvalidQOS":               {KindNever, "QOS {qos} is no longer valid", "Stop the job and name another QOS"},
	"QOSNotAllowed":            {KindNever, "QOS {qos} may not be used with this account or partition {partition}", "Stop the job and name another QOS"},
	"PartitionNodeLimit":       {KindNever, "partition {partition} does not allow single-node jobs now, or its nodes are down", "Stop the job and choose another partition"},
	"PartitionTimeLimit":       {KindNever, "the time limit of {time} is more than partition {partition} allows{maxtime}", "Stop the job and ask for less time"},
	"PartitionConfig":          {KindNever, "the job asks for more than partition {partition} allows", "Stop it and ask for {less}, or for another partition"},
	"MaxMemPerLimit":           {KindNever, "{memory} is more than a job may use per CPU or per node", "Stop the job and ask for less memory, or for more CPUs"},
	"AccountingPolicy":         {KindUser, "your account or QOS has reached a limit", "Ask for {less}, cancel another of your jobs, or wait"},
	"AssociationJobLimit":      {KindWaits, "your account is running as many jobs as it may", "Wait until one ends, or cancel one of yours"},
	"AssociationResourceLimit": {KindWaits, "your account is using all that it may", "Ask for {less}, cancel another of your jobs, or wait"},
	"AssociationTimeLimit":     {KindUser, "your account has reached its time limit", "Ask for less time than {time}, or name another account"},
	"QOSJobLimit":              {KindWaits, "QOS {qos} is running as many jobs as it allows", "Wait until one ends, or use another QOS"},
	"QOSResourceLimit":         {KindWaits, "QOS {qos} is using all that it allows", "Ask for {less}, use another QOS, or wait"},
	"QOSTimeLimit":             {KindUser, "QOS {qos} has reached its time limit", "Ask for less time than {time}, or use another QOS"},
	"JobHeld":                  {KindSite, "the job is on hold", "Ask the site why"},
	"NonZeroExitCode":          {KindNever, "the job's script failed", "Look at Jupyter's log"},
	"RaisedSignal":             {KindNever, "the job's script was killed", "Look at Jupyter's log"}, // Slurm 23 and later
	"OutOfMemory":              {KindNever, "the job ran out of memory", "Ask for more memory than {memory}"},
	"TimeLimit":                {KindNever, "the job reached its time limit", "Ask for more time than {time}"},
}
