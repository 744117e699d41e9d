package slurm

import (
	"slices"
	"strings"
)

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
