package slurm

import (
	"cmp"
	"fmt"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/units"
)

// end is what a final state means.
type end struct {
	short           string // the state's short name
	code            fault.Code
	message, advice string
}

// maxSignal is the highest signal that kills a script. A higher one is part of an error code
// of Slurm's, such as 53 if it could not write the output.
const maxSignal = 31

// scriptKilled is an end for which Slurm has no state.
var scriptKilled = end{"", fault.JobFailed, "ended because its script was killed on the node", "Start a new kernel; if it happens again, ask the site what kills processes there"}

// ends has the states of squeue(1) in which a job has ended.
var ends = map[State]end{
	"COMPLETED":       {"CD", fault.JobCompleted, "finished", "Start a new kernel if you did not expect this"},
	StateCancelled:    {"CA", fault.JobCancelled, "was cancelled", "Start a new kernel; if you did not cancel it, ask the site why it did"},
	StateFailed:       {"F", fault.JobFailed, "failed", "Start a new kernel; if it happens again, ask the site about this job"},
	StateTimeout:      {"TO", fault.JobTimeLimit, "reached its time limit", "Start a new kernel, with a longer time limit if you need it"},
	StateNodeFail:     {"NF", fault.JobNodeFailed, "ended because the compute node failed", "Start a new kernel; it will run on another node"},
	"BOOT_FAIL":       {"BF", fault.JobNodeFailed, "ended because the compute node could not be started", "Start a new kernel; it will run on another node"},
	"PREEMPTED":       {"PR", fault.JobPreempted, "was preempted: Slurm gave the node to a higher-priority job", "Start a new kernel, if possible in a partition or QOS without preemption"},
	StateOutOfMemory:  {"OOM", fault.JobOutOfMemory, "ran out of memory", "Start a new kernel with more memory"},
	"DEADLINE":        {"DL", fault.JobDeadline, "was cancelled by Slurm at its deadline", "Start a new kernel without " + fault.Option("deadline")},
	"REVOKED":         {"RV", fault.JobRevoked, "was moved to another cluster of the federation", "Start a new kernel, naming a partition that only one cluster has"},
	StateLaunchFailed: {"LF", fault.JobLaunchFailed, "could not be started on its node", "Start a new kernel; if it happens again, ask the site"},
	"RECONFIG_FAIL":   {"", fault.JobNodeFailed, "ended because the compute node could not be reconfigured", "Start a new kernel; it will run on another node"},
}

// End returns how the job ended, as the fault of its session, or nil while it has not ended.
func (j Job) End() *fault.Error {
	e, ended := ends[j.State]
	switch {
	case !ended:
		return nil
	case j.State == StateFailed && (j.Reason == "OutOfMemory" || j.ExitCode == 0 && j.Signal == 125):
		e = ends[StateOutOfMemory]
	case j.State == StateFailed && j.Reason == "NodeDown":
		e = ends[StateNodeFail]
	case j.State == StateFailed && j.Signal > 0 && j.Signal <= maxSignal: // its reason is JobLaunchFailure, too
		e = scriptKilled
	case j.State == StateFailed && j.Reason == "JobLaunchFailure":
		e = ends[StateLaunchFailed]
	}
	return &fault.Error{Code: e.code, Answer: j.where() + " " + e.message + j.details(), Advice: e.advice}
}

// where returns what the job was doing: "job 12 on scs0151".
func (j Job) where() string {
	if node := cmp.Or(j.Node, j.Nodes); node != "" {
		return "job " + j.ID + " on " + node
	}
	return "job " + j.ID
}

// details returns the figures of the end, in parentheses.
func (j Job) details() string {
	switch {
	case j.State == StateTimeout && j.TimeLimit > 0:
		return " (" + units.Duration(j.TimeLimit) + ")"
	case j.State == StateOutOfMemory && j.MemoryMiB > 0:
		return " (" + units.Memory(j.MemoryMiB) + ")"
	case j.State == StateCancelled && j.CancelledBy != "":
		return fmt.Sprintf(" by user %s", j.CancelledBy)
	case j.State == StateFailed && j.ExitCode > 0:
		return fmt.Sprintf(" (exit code %d)", j.ExitCode)
	case j.State == StateFailed && j.Signal > 0:
		return fmt.Sprintf(" (signal %d)", j.Signal)
	}
	return ""
}
