package protocol

import "time"

// SessionState is the state of a session:
// connecting → submitting → pending → starting → ready ⇄ disconnected → ending → ended.
type SessionState string

// The states of a session.
const (
	// StateConnecting: the login node is being reached.
	StateConnecting SessionState = "connecting"
	// StateSubmitting: the job is being handed to Slurm.
	StateSubmitting SessionState = "submitting"
	// StatePending: the job waits in the queue.
	StatePending SessionState = "pending"
	// StateStarting: the job runs and Jupyter is starting in it.
	StateStarting SessionState = "starting"
	// StateReady: cells can run.
	StateReady SessionState = "ready"
	// StateDisconnected: the connection is lost, and is being restored; the kernel keeps running.
	StateDisconnected SessionState = "disconnected"
	// StateEnding: the job is being cancelled.
	StateEnding SessionState = "ending"
	// StateEnded: it has ended; cause has the reason.
	StateEnded SessionState = "ended"
)

// Session is one kernel's job, from the first connection to its end.
type Session struct {
	// ID names the session: letters and digits, the same over reloads.
	ID string `json:"id"`
	// State is its state.
	State SessionState `json:"state"`
	// Cluster is the profile's name, or the host.
	Cluster string `json:"cluster"`
	// Title is the cluster's display name.
	Title string `json:"title"`
	// Host is the login node.
	Host string `json:"host"`
	// User is the user's name there.
	User string `json:"user,omitzero"`
	// Owned is true if this client owns the session.
	Owned bool `json:"owned"`
	// Orphaned is true when no process of this computer owns the session any more: its
	// window has closed. It ends soon unless it is taken over. In kernel/list only.
	Orphaned bool `json:"orphaned,omitzero"`
	// Remote is true when this computer knows the kernel only from its cluster: another
	// computer started it, or took it over. In kernel/list only.
	Remote bool `json:"remote,omitzero"`
	// Generation counts how often the session was taken over.
	Generation int `json:"generation"`
	// JobID is Slurm's number for the job, once there is one.
	JobID string `json:"jobId,omitzero"`
	// Partition is the partition that it was handed to.
	Partition string `json:"partition,omitzero"`
	// Account is the account that it is charged to, if one was named.
	Account string `json:"account,omitzero"`
	// CPUs is how many it has or asks for.
	CPUs int `json:"cpus"`
	// MemoryMiB is how much memory it has or asks for, in MiB; 0: not known yet.
	MemoryMiB int `json:"memoryMiB,omitzero"`
	// SiteDefaults are the values that the user's login files on the cluster set for jobs
	// and that were used, since the request named none: "SBATCH_ACCOUNT=scw1000".
	SiteDefaults []string `json:"siteDefaults,omitzero"`
	// GPUs is what it has or asks for.
	GPUs string `json:"gpus,omitzero"`
	// TimeLimitSeconds is its time limit; 0: not known yet.
	TimeLimitSeconds int `json:"timeLimitSeconds,omitzero"`
	// GraceSeconds is how long the job keeps running while this computer is offline.
	GraceSeconds int `json:"graceSeconds,omitzero"`
	// IdleSeconds is after how long without use it is stopped; 0: never.
	IdleSeconds int `json:"idleSeconds,omitzero"`
	// IdleEndsAt is when it will be stopped because it is idle. It is set from the warning
	// on, until the kernel is used again or kernel/keepAlive is called.
	IdleEndsAt *time.Time `json:"idleEndsAt,omitzero"`
	// MemoryKills is how often a kernel was killed because the job ran out of memory,
	// while Jupyter kept running. Notice has the text.
	MemoryKills int `json:"memoryKills,omitzero"`
	// SuggestedMemoryMiB is what to ask for after a kernel or the job ran out of memory, or
	// while it uses nine tenths of it: twice what it had, within the partition's limit; 0: the
	// partition has no more.
	SuggestedMemoryMiB int `json:"suggestedMemoryMiB,omitzero"`
	// Node is the compute node, once it runs.
	Node string `json:"node,omitzero"`
	// WorkingDirectory is where cells run, as the node sees it.
	WorkingDirectory string `json:"workingDirectory,omitzero"`
	// Environment is what to call the environment that kernels run in, if one was chosen:
	// "ml". Not known of kernels that other computers started.
	Environment string `json:"environment,omitzero"`
	// SubmittedAt is when Slurm accepted the job, by this computer's clock.
	SubmittedAt *time.Time `json:"submittedAt,omitzero"`
	// StartedAt is when this computer learned that the job had started.
	StartedAt *time.Time `json:"startedAt,omitzero"`
	// EndsAt is when the time limit will end it.
	EndsAt *time.Time `json:"endsAt,omitzero"`
	// NeedsUserAction is true while the connection is lost and the user has to answer a
	// prompt before it can be restored; notice has the prompt. The user was prompted once;
	// kernel/reconnect prompts again. Otherwise the kernel stops after graceSeconds.
	NeedsUserAction bool `json:"needsUserAction,omitzero"`
	// Pending is why it waits; only in state pending.
	Pending *Pending `json:"pending,omitzero"`
	// Notice is something that the user should know, such as an old Jupyter.
	Notice string `json:"notice,omitzero"`
	// NoticeCode is the code of the notice, or of the first of several, if it has one, such as
	// job.gpu-missing: the job has not got what was asked for.
	NoticeCode string `json:"noticeCode,omitzero"`
	// Use is what the kernel's job uses. The server looks every 30 s while the kernel is
	// ready, and sends it when the memory has changed noticeably, or with another change;
	// kernel/use looks at once. Of this client's kernels only.
	Use *Use `json:"use,omitzero"`
	// URL is Jupyter's URL on this computer, from ready on.
	URL string `json:"url,omitzero"`
	// EndedAt is when it ended; in kernel/list's ended only.
	EndedAt *time.Time `json:"endedAt,omitzero"`
	// Cause is why it ended; only in state ended.
	Cause *Problem `json:"cause,omitzero"`
}

// Use is what a whole job uses: kernels, Jupyter and shells. It comes from the job's control
// group.
type Use struct {
	// CPUPercent is how busy its CPUs were since the server last looked: 100 is one CPU;
	// -1: not known.
	CPUPercent int `json:"cpuPercent"`
	// MostCPUPercent is the most so far, over 10 s; -1: not known.
	MostCPUPercent int `json:"mostCpuPercent"`
	// MemoryMiB is its memory, in MiB, without files in the cache that Linux drops first;
	// 0: not known.
	MemoryMiB int `json:"memoryMiB,omitzero"`
	// MostMemoryMiB is the most so far. It may include files in the cache: what the cluster's
	// kernel saw between two samples, 2 s apart, counts in full.
	MostMemoryMiB int `json:"mostMemoryMiB,omitzero"`
	// MemoryLimitMiB is the memory at which kernels are killed; 0: there is no limit, or it
	// is not known.
	MemoryLimitMiB int `json:"memoryLimitMiB,omitzero"`
	// GPUs are its GPUs, in the answer to kernel/use only, from the second one on. Those of
	// NVIDIA are known, unless they are divided (MIG).
	GPUs []GPUUse `json:"gpus,omitzero"`
	// EnoughCPUs and EnoughMemoryMiB are what would have been enough, in CPUs and MiB, if the
	// kernel has run for 10 minutes and has at least twice as much of one of them; 0: that is
	// not so. Not in the answer to kernel/use.
	EnoughCPUs int `json:"enoughCpus,omitzero"`
	// EnoughMemoryMiB goes with enoughCpus.
	EnoughMemoryMiB int `json:"enoughMemoryMiB,omitzero"`
	// Unknown is why nothing is known, for the user, if so.
	Unknown string `json:"unknown,omitzero"`
}

// GPUUse is what one GPU does.
type GPUUse struct {
	// Percent is for how much of the time something ran on it; -1: not known.
	Percent int `json:"percent"`
	// MemoryMiB is how much of its memory is used, in MiB; -1: not known.
	MemoryMiB int `json:"memoryMiB"`
	// TotalMiB is how much memory it has, in MiB; -1: not known.
	TotalMiB int `json:"totalMiB"`
}

// Pending is why a job waits.
type Pending struct {
	// Reason is Slurm's term: "Resources", "Priority", ...
	Reason string `json:"reason"`
	// Message explains it.
	Message string `json:"message"`
	// Advice is what the user can do, if anything.
	Advice string `json:"advice,omitzero"`
	// EstimatedStart is Slurm's estimate, if it has one.
	EstimatedStart *time.Time `json:"estimatedStart,omitzero"`
	// JobsAhead is how many jobs of its partition wait with a higher priority. It is missing
	// where that is not known, as on large sites, which are not asked for their queue.
	JobsAhead int `json:"jobsAhead,omitzero"`
	// Smaller is what would start now instead, in a gap that the waiting jobs leave: with fewer
	// CPUs, a shorter time limit, or both. kernel/start can replace the waiting kernel.
	Smaller *SmallerRequest `json:"smaller,omitzero"`
}

// SmallerRequest is what a smaller request has different.
type SmallerRequest struct {
	// CPUs is the number of CPUs.
	CPUs int `json:"cpus"`
	// TimeLimitSeconds is the time limit.
	TimeLimitSeconds int `json:"timeLimitSeconds"`
	// MemoryMiB is the memory in MiB, where it is requested per CPU.
	MemoryMiB int `json:"memoryMiB,omitzero"`
}

// SessionDidChangeParams carries the whole session.
type SessionDidChangeParams struct {
	// Session is the current session.
	Session Session `json:"session"`
}
