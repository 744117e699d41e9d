package protocol

import "time"

// SessionState is where a session is in its life:
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
	// StateDisconnected: the link is down, the kernel lives, and the link is being made again.
	StateDisconnected SessionState = "disconnected"
	// StateEnding: the job is being cancelled.
	StateEnding SessionState = "ending"
	// StateEnded: it is over; cause says why.
	StateEnded SessionState = "ended"
)

// Session is one kernel's job, from the first connection to its end.
type Session struct {
	// ID names the session: letters and digits, the same over reloads.
	ID string `json:"id"`
	// State is where it is in its life.
	State SessionState `json:"state"`
	// Cluster is the profile's name, or the host.
	Cluster string `json:"cluster"`
	// Title is the cluster's name for people.
	Title string `json:"title"`
	// Host is the login node.
	Host string `json:"host"`
	// User is the user's name there.
	User string `json:"user,omitzero"`
	// Owned is true when this client holds the session.
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
	// GraceSeconds is how long the job goes on without a sign of this computer.
	GraceSeconds int `json:"graceSeconds,omitzero"`
	// IdleSeconds is after how long without use it is given back; 0: never.
	IdleSeconds int `json:"idleSeconds,omitzero"`
	// IdleEndsAt is when it is given back because no cell runs and nobody uses it. It
	// is there from the warning on, and gone when the kernel is used again or kept.
	IdleEndsAt *time.Time `json:"idleEndsAt,omitzero"`
	// MemoryKills is how often a kernel of it was killed because the job used more
	// memory than it has, while Jupyter lived on. The notice says it in words.
	MemoryKills int `json:"memoryKills,omitzero"`
	// SuggestedMemoryMiB is what to ask for after that, or after an end for want of memory:
	// twice what it had, within the partition's limit; 0: no more is to be had there.
	SuggestedMemoryMiB int `json:"suggestedMemoryMiB,omitzero"`
	// Node is the compute node, once it runs.
	Node string `json:"node,omitzero"`
	// WorkingDirectory is where cells run, as the node sees it.
	WorkingDirectory string `json:"workingDirectory,omitzero"`
	// SubmittedAt is when Slurm accepted the job, by this computer's clock.
	SubmittedAt *time.Time `json:"submittedAt,omitzero"`
	// StartedAt is when the job began to run, as this computer learnt of it.
	StartedAt *time.Time `json:"startedAt,omitzero"`
	// EndsAt is when the time limit will end it.
	EndsAt *time.Time `json:"endsAt,omitzero"`
	// NeedsUserAction is true while the connection is down and only a person can make
	// it again, by answering something: notice says what. The person was asked once;
	// kernel/reconnect asks again. Else the kernel ends with its grace.
	NeedsUserAction bool `json:"needsUserAction,omitzero"`
	// Pending says why it waits; in state pending.
	Pending *Pending `json:"pending,omitzero"`
	// Notice is something that the person should know, such as an old Jupyter.
	Notice string `json:"notice,omitzero"`
	// URL is Jupyter's address on this computer, from ready on.
	URL string `json:"url,omitzero"`
	// EndedAt is when it ended; in kernel/list's ended only.
	EndedAt *time.Time `json:"endedAt,omitzero"`
	// Cause says why it ended; in state ended.
	Cause *Problem `json:"cause,omitzero"`
}

// Pending is why a job waits.
type Pending struct {
	// Reason is Slurm's own word: "Resources", "Priority", ...
	Reason string `json:"reason"`
	// Message says it in plain words.
	Message string `json:"message"`
	// Advice is what can be done, where something can.
	Advice string `json:"advice,omitzero"`
	// EstimatedStart is Slurm's estimate, where it has one.
	EstimatedStart *time.Time `json:"estimatedStart,omitzero"`
}

// SessionDidChangeParams carries the whole session.
type SessionDidChangeParams struct {
	// Session is the session as it is now.
	Session Session `json:"session"`
}
