package slurm

import (
	"context"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/loginshell"
	"github.com/sa2c/sunpyter/plain"
)

// sacctFields are the fields that sacct is asked for, all of them in Slurm since
// 14.03. The comment is not among them: sites keep it out of the database.
const sacctFields = "JobIDRaw,State,ExitCode,Submit,Start,End,NodeList,Partition,Account,AllocCPUS,User,JobName"

// Finished returns a job that may have ended: from scontrol or, when that has dropped it some
// minutes after its end, from sacct. It returns a [fault.SlurmUnknownJob] if neither knows
// it, as is usual on a site without accounting.
func (c *Client) Finished(ctx context.Context, id string) (Job, error) {
	if err := checkID(id); err != nil {
		return Job{}, err
	}
	tried := "asking Slurm what happened to job " + id
	number, cluster := splitID(id)
	f, err := c.command(ctx, tried, "scontrol", inCluster(cluster)+"--oneliner show job "+number)
	if err == nil {
		if job, ok := parseJob(f.text, number); ok {
			job.ID = id
			return job, nil
		}
		return Job{}, parseError(tried, nil)
	}
	if !fault.Is(err, fault.SlurmUnknownJob) {
		return Job{}, err
	}
	forgotten := err
	f, err = c.command(ctx, tried, "sacct", inCluster(cluster)+"--noheader --parsable2 --allocations --delimiter="+loginshell.Quote(fieldMark)+" --format="+sacctFields+" --jobs="+number)
	switch {
	case fault.Is(err, fault.SlurmRejected):
		return Job{}, forgotten // "Slurm accounting storage is disabled"
	case err != nil:
		return Job{}, err
	}
	if job, ok := parseAccounting(f.text, number); ok {
		job.ID = id
		return job, nil
	}
	return Job{}, forgotten
}

// parseJob finds a job in what `scontrol --oneliner show job` printed.
func parseJob(text, id string) (Job, bool) {
	for _, r := range parseRecords(text, "JobId") {
		if r["JobId"] != id {
			continue
		}
		user, _, _ := strings.Cut(r["UserId"], "(")
		job := Job{
			ID: id, State: parseState(r["JobState"]), RawState: plain.Line(r["JobState"]),
			Partition: valueOf(r["Partition"]), Account: valueOf(r["Account"]), QOS: valueOf(r["QOS"]),
			Node: valueOf(r["BatchHost"]), Nodes: valueOf(r["NodeList"]),
			Comment: valueOf(r["Comment"]), Name: r["JobName"], User: user, WorkDir: r["WorkDir"],
			CPUs: r.count("NumCPUs"), MemoryMiB: jobMemory(r),
			TimeLimit: duration(r["TimeLimit"]), TimeUsed: duration(r["RunTime"]),
			SubmitTime: instant(r["SubmitTime"]), StartTime: instant(r["StartTime"]), EndTime: instant(r["EndTime"]),
		}
		if job.State.Waiting() {
			job.Node = "" // Slurm 20.11 names that of the previous run
		}
		job.ExitCode, job.Signal = exitCode(r["ExitCode"])
		job.Reason, job.ReasonText = parseReason(plain.Line(valueOf(r["Reason"])))
		if job.TimeLimit > job.TimeUsed {
			job.TimeLeft = job.TimeLimit - job.TimeUsed
		}
		return job, true
	}
	return Job{}, false
}

// jobMemory returns the job's memory in MiB, from its trackable resources or, before Slurm
// 17, from its memory by CPU or by node.
func jobMemory(r record) int {
	for _, list := range []string{"AllocTRES", "ReqTRES", "TRES"} {
		if mem := mebibytes(tres(r[list], "mem")); mem > 0 {
			return mem
		}
	}
	if perCPU := r.mebibytes("MinMemoryCPU"); perCPU > 0 {
		return perCPU * max(r.count("NumCPUs"), 1)
	}
	return r.mebibytes("MinMemoryNode")
}

// parseAccounting finds the last run of a job in what sacct printed.
func parseAccounting(text, id string) (Job, bool) {
	var job Job
	found := false
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), fieldMark)
		if len(f) != strings.Count(sacctFields, ",")+1 || f[0] != id {
			continue
		}
		found = true
		job = Job{
			ID: id, State: parseState(f[1]), RawState: plain.Line(f[1]),
			SubmitTime: instant(f[3]), StartTime: instant(f[4]), EndTime: instant(f[5]),
			Nodes: valueOf(f[6]), Partition: valueOf(f[7]), Account: valueOf(f[8]),
			CPUs: count(f[9]), User: f[10], Name: f[11],
		}
		job.ExitCode, job.Signal = exitCode(f[2])
		_, job.CancelledBy, _ = strings.Cut(job.RawState, " by ")
	}
	return job, found
}
