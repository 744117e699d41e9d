package slurm

import (
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// Every reason that Slurm documents has an explanation: whole sentences without a
// placeholder.
func TestEveryReasonIsExplained(t *testing.T) {
	req := Request{CPUs: 40, MemoryMiB: 2048, GPUs: "a100:2", TimeLimit: 4 * time.Hour}
	for name := range strings.Lines(fixture(t, "reasons.txt")) {
		reason, text := parseReason(strings.TrimSpace(name))
		if reason == "None" {
			reason = ""
		}
		job := Job{ID: "1", State: StatePending, Reason: reason, ReasonText: text}
		advice := job.Advice(Partition{}, req)
		if _, known := reason.find(); !known || advice.Message == "" || advice.Advice == "" {
			t.Errorf("%s: %+v", reason, advice)
		}
		if strings.ContainsAny(advice.Message+advice.Advice, "{}") {
			t.Errorf("%s: a placeholder is left: %+v", reason, advice)
		}
	}
	if _, known := Reason("BrandNew").find(); known {
		t.Error("an unknown reason is known")
	}
}

func TestAdvice(t *testing.T) {
	big := Request{CPUs: 40, TimeLimit: 4 * time.Hour}
	for _, test := range []struct {
		job             Job
		req             Request
		message, advice string
	}{
		{Job{State: StatePending, Reason: "Resources", ReasonText: "Resources"}, big, "no node has 40 free CPUs now", "Ask for fewer CPUs, or wait until other jobs end"},
		{Job{State: StatePending, Reason: "Resources"}, Request{CPUs: 1, GPUs: "a100:2", MemoryMiB: 8192}, "no node has 1 free CPU, 2 free a100 GPUs and 8 GB of memory now", "Ask for fewer GPUs or less memory, or wait until other jobs end"},
		{Job{State: StatePending, Reason: "PartitionTimeLimit", Partition: "short"}, big, "the time limit of 4 h is more than partition short allows (1 h)", "Stop the job and ask for less time"},
		{Job{State: StatePending, Reason: "AssocGrpCpuLimit"}, big, "your account has reached its limit of CPUs", "Ask for fewer CPUs, cancel another of your jobs, or wait until jobs end"},
		{Job{State: StatePending, Reason: "QOSMaxCpuPerUserLimit", QOS: "normal"}, big, "your use of QOS normal has reached its limit of CPUs", "Ask for fewer CPUs, cancel another of your jobs, or wait until jobs end"},
		{Job{State: StatePending, Reason: "QOSMaxWallDurationPerJobLimit", QOS: "q"}, big, "the job asks for more time than QOS q allows one job", "Stop the job and ask for less time than 4 h, or name another account or QOS"},
		{Job{State: StatePending, Reason: "QOSMaxCpuMinutesPerJobLimit", QOS: "q"}, big, "the job asks for more CPU time than QOS q allows one job", "Stop the job and ask for less time than 4 h, or name another account or QOS"},
		{Job{State: StatePending, Reason: "QOSMaxJobsPerUserLimit", QOS: "q"}, big, "your use of QOS q has reached its limit of running jobs", "Cancel another of your jobs, or wait until one ends"},
		{Job{State: StatePending, Reason: "QOSMaxGRESPerUser", QOS: "q"}, big, "your use of QOS q has reached its limit of GPUs or other special resources", "Ask for fewer GPUs, cancel another of your jobs, or wait until jobs end"},
		{Job{State: StatePending, Reason: "AssocGrpGRESMinutes"}, big, "your account has used up its budget of GPU or other special resource time", "Name another account or QOS, or ask the site for more"},
		{Job{State: StatePending, Reason: "AssocGrpUnknown"}, big, "your account has reached its limit of special resources", "Ask for fewer CPUs, cancel another of your jobs, or wait until jobs end"},
		{Job{State: StatePending, Reason: "AssocGrpWallLimit"}, big, "your account has used up its budget of time", "Name another account or QOS, or ask the site for more"},
		{Job{State: StatePending, Reason: "ReqNodeNotAvail", ReasonText: "ReqNodeNotAvail, UnavailableNodes:n1"}, big, "a node that the job needs is down, reserved, or due for maintenance before the job would end (UnavailableNodes:n1)", ""},
		{Job{State: StatePending, Reason: "JobLaunchFailure", ReasonText: "launch failed requeued held"}, big, "Slurm could not start the job on its node", ""},
		{Job{State: StatePending, Reason: "Odd", ReasonText: "Odd, very"}, big, `Slurm's reason is "Odd, very"`, "Wait, or ask the site what it means"},
		{Job{State: StateConfiguring}, big, "the node is being prepared", ""},
		{Job{State: StateRequeueHold}, big, "Slurm requeued the job and put it on hold", ""},
		{Job{State: StateRunning}, big, "", ""},
		{Job{ID: "12", State: StateTimeout, TimeLimit: time.Hour}, big, "job 12 reached its time limit (1 h)", "Start a new kernel, with a longer time limit if you need it"},
	} {
		got := test.job.Advice(Partition{Name: "p", MaxTime: time.Hour}, test.req)
		if got.Message != test.message || test.advice != "" && got.Advice != test.advice {
			t.Errorf("%s %s:\ngot  %+v\nwant %q %q", test.job.State, test.job.Reason, got, test.message, test.advice)
		}
	}
}

func TestEnd(t *testing.T) {
	for _, test := range []struct {
		job    Job
		code   fault.Code
		answer string
	}{
		{Job{State: "COMPLETED"}, fault.JobCompleted, "job 12 finished"},
		{Job{State: StateFailed, ExitCode: 3, Node: "n1"}, fault.JobFailed, "job 12 on n1 failed (exit code 3)"},
		{Job{State: StateFailed, Signal: 9}, fault.JobFailed, "job 12 ended because its script was killed on the node (signal 9)"},
		{Job{State: StateFailed, Reason: "JobLaunchFailure", Signal: 9}, fault.JobFailed, "job 12 ended because its script was killed on the node (signal 9)"},
		{Job{State: StateFailed, Reason: "JobLaunchFailure", Signal: 31}, fault.JobFailed, "job 12 ended because its script was killed on the node (signal 31)"},
		{Job{State: StateFailed, Reason: "JobLaunchFailure", ExitCode: 1}, fault.JobLaunchFailed, "job 12 could not be started on its node (exit code 1)"},
		{Job{State: StateFailed, Reason: "OutOfMemory", Signal: 9}, fault.JobOutOfMemory, "job 12 ran out of memory (signal 9)"},
		{Job{State: StateFailed, Reason: "JobLaunchFailure", Signal: 53}, fault.JobLaunchFailed, "job 12 could not be started on its node (signal 53)"},
		{Job{State: StateFailed, Signal: 125}, fault.JobOutOfMemory, "job 12 ran out of memory (signal 125)"},
		{Job{State: StateFailed, Reason: "NodeDown"}, fault.JobNodeFailed, "job 12 ended because the compute node failed"},
		{Job{State: StateOutOfMemory, MemoryMiB: 2048}, fault.JobOutOfMemory, "job 12 ran out of memory (2 GB)"},
		{Job{State: StateTimeout}, fault.JobTimeLimit, "job 12 reached its time limit"},
		{Job{State: StateCancelled, CancelledBy: "1002"}, fault.JobCancelled, "job 12 was cancelled by user 1002"},
		{Job{State: StateNodeFail}, fault.JobNodeFailed, "job 12 ended because the compute node failed"},
		{Job{State: "PREEMPTED"}, fault.JobPreempted, "job 12 was preempted: Slurm gave the node to a higher-priority job"},
		{Job{State: "DEADLINE"}, fault.JobDeadline, "job 12 was cancelled by Slurm at its deadline"},
		{Job{State: "REVOKED"}, fault.JobRevoked, "job 12 was moved to another cluster of the federation"},
	} {
		test.job.ID = "12"
		end := test.job.End()
		if end == nil || end.Code != test.code || end.Answer != test.answer || end.Advice == "" {
			t.Errorf("%+v: %v", test.job, end)
		}
	}
	for _, state := range []State{StatePending, StateRunning, "COMPLETING", "REQUEUED", "NEW"} {
		if end := (Job{State: state}).End(); end != nil {
			t.Errorf("%s ends as %v", state, end)
		}
	}
}
