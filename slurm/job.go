package slurm

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/plain"
)

// Job is what Slurm reports of a job. A field that it does not report is zero. Times
// are UTC, memory is MiB.
type Job struct {
	// ID is the job's number, with its cluster where that was named: "12@other".
	ID string
	// State is the job's state, and RawState the same as Slurm writes it.
	State    State
	RawState string
	// Reason is Slurm's word for why a job waits, or ended; ReasonText is the whole text
	// if there is more.
	Reason     Reason
	ReasonText string
	// Partition, Account and QOS are where it was sent; Partition may be a list
	// while it waits.
	Partition, Account, QOS string
	// Node is the node on which the script runs, Nodes all its nodes.
	Node, Nodes string
	// Comment, Name, User and WorkDir are the job's own.
	Comment, Name, User, WorkDir string
	// CPUs is how many it has or asks for. MemoryMiB is known from [Client.Finished] alone.
	CPUs, MemoryMiB int
	// TimeLimit is 0 where there is none; TimeLeft and TimeUsed count from the start.
	TimeLimit, TimeLeft, TimeUsed time.Duration
	// SubmitTime and EndTime (expected, until it has ended); StartTime is Slurm's
	// estimate while the job waits, and zero where it has none.
	SubmitTime, StartTime, EndTime time.Time
	// ExitCode and Signal are how the script ended; known from [Client.Finished] alone.
	ExitCode, Signal int
	// CancelledBy is the number of the user who cancelled it, if Slurm reports it.
	CancelledBy string
}

// Compare sorts jobs by when they were submitted.
func (j Job) Compare(other Job) int {
	number := func(j Job) int {
		text, _ := splitID(j.ID)
		n, _ := strconv.Atoi(text)
		return n
	}
	return cmp.Or(j.SubmitTime.Compare(other.SubmitTime), cmp.Compare(number(j), number(other)), strings.Compare(j.ID, other.ID))
}

// The characters that squeue prints around a job and between its fields: ASCII's record and
// unit separators, which no name, path or reason contains.
const (
	recordMark = "\x1e"
	fieldMark  = "\x1f"
)

// squeueFields are the fields that squeue is asked for, all of them in Slurm
// since 14.03. Those that users and sites write freely come last.
const squeueFields = "%i %T %B %N %M %L %l %S %e %V %C %u %P %a %q %j %r %R %Z %k"

// parseQueue reads a cluster's jobs from squeue's output with squeueFields. Text outside the
// marks, such as warnings, is ignored.
func parseQueue(text, cluster string) []Job {
	var jobs []Job
	for part := range strings.SplitSeq(text, recordMark) {
		if job, ok := squeueJob(squeueFields, part, cluster); ok {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// squeueJob reads a job of a cluster from the fields that squeue has printed, with marks between them.
func squeueJob(fields, text, cluster string) (Job, bool) {
	names, values := strings.Fields(fields), strings.Split(text, fieldMark)
	if len(values) != len(names) || !isID(values[0]) {
		return Job{}, false
	}
	f := map[string]string{}
	for i, name := range names {
		f[name] = values[i]
	}
	job := Job{
		ID: joinID(f["%i"], cluster), State: parseState(f["%T"]), RawState: plain.Line(f["%T"]),
		Node: valueOf(f["%B"]), Nodes: valueOf(f["%N"]),
		TimeUsed: duration(f["%M"]), TimeLeft: duration(f["%L"]), TimeLimit: duration(f["%l"]),
		StartTime: instant(f["%S"]), EndTime: instant(f["%e"]), SubmitTime: instant(f["%V"]),
		CPUs: count(f["%C"]), User: f["%u"], Partition: valueOf(f["%P"]), Account: valueOf(f["%a"]), QOS: valueOf(f["%q"]),
		Name: f["%j"], WorkDir: f["%Z"], Comment: valueOf(f["%k"]),
	}
	job.setReason(f["%r"], f["%R"])
	return job, true
}

// setReason takes the reason from squeue's %r and %R. %R is the node list of a
// job that has one and the reason in brackets otherwise, sometimes with more.
func (j *Job) setReason(reason, listed string) {
	text := plain.Line(valueOf(reason))
	if inner, ok := strings.CutPrefix(strings.TrimSpace(listed), "("); ok && j.Nodes == "" {
		if more := plain.Line(valueOf(strings.TrimSuffix(inner, ")"))); len(more) > len(text) {
			text = more
		}
	}
	j.Reason, j.ReasonText = parseReason(text)
}

// isID reports whether s is the number of a job, also of one in an array or in a
// heterogeneous job (12_3, 12+0), as other jobs than Sunpyter's may have.
func isID(s string) bool {
	return s != "" && s[0] >= '0' && s[0] <= '9' && strings.Trim(s, "0123456789_+.-%[],") == ""
}

// exitCode reads "3:0": the exit code and the signal.
func exitCode(s string) (code, signal int) {
	_, _ = fmt.Sscanf(s, "%d:%d", &code, &signal) // what cannot be read is 0
	return max(code, 0), max(signal, 0)
}

// Comment returns a job's comment, by which sites and users recognize it:
// "sunpyter/1.2.3 session=4f1c". Neither part may contain spaces.
func Comment(version, sessionID string) string {
	return JobName + "/" + version + " session=" + sessionID
}

// ParseComment reads what [Comment] wrote; ok is false for any other comment.
func ParseComment(s string) (version, sessionID string, ok bool) {
	rest, ok := strings.CutPrefix(s, JobName+"/")
	if !ok {
		return "", "", false
	}
	version, sessionID, ok = strings.Cut(rest, " session=")
	if !ok || version == "" || sessionID == "" || strings.ContainsAny(version+sessionID, " \t\n") {
		return "", "", false
	}
	return version, sessionID, true
}
