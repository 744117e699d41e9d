package protocol

// KernelStartParams asks for a kernel.
type KernelStartParams struct {
	// Cluster is a profile's name, a host, or USER@HOST; empty: the default.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// Request is what to ask Slurm for. A member that is not given has the
	// profile's value, else the default.
	Request KernelRequest `json:"request"`
	// Project is a folder of this computer to copy to the cluster while the job starts. The
	// kernel's working directory is its copy then; notebooks in subfolders start in those.
	Project *ProjectCopy `json:"project,omitzero"`
	// ProgressToken, if set, makes $/progress report each stage of the start.
	ProgressToken string `json:"progressToken,omitzero"`
	// Replaces is the session of a kernel of this client that still waits for its node. It
	// keeps its place in the queue until the job of the new kernel runs, and is then stopped;
	// its kernel/start fails as cancelled. If its own job runs first, the new kernel is
	// stopped instead, and this request fails as cancelled. Never do both run.
	Replaces string `json:"replaces,omitzero"`
}

// KernelRequest is what to ask Slurm for, and how to start Jupyter there.
type KernelRequest struct {
	// CPUs is the number of CPUs for the kernel (sbatch --cpus-per-task). Default 1.
	CPUs int `json:"cpus,omitzero"`
	// MemoryMiB is the memory, in MiB (sbatch --mem). Default: the partition's own.
	MemoryMiB int `json:"memoryMiB,omitzero"`
	// MemoryPerCPU asks for the memory by CPU (sbatch --mem-per-cpu), for sites that refuse
	// --mem. MemoryMiB is that of the whole job in any case.
	MemoryPerCPU bool `json:"memoryPerCpu,omitzero"`
	// TimeLimitSeconds is the time limit (sbatch --time), rounded up to whole
	// minutes. Default: 4 hours, or the partition's limit where that is less.
	TimeLimitSeconds int `json:"timeLimitSeconds,omitzero"`
	// GPUs is the number of GPUs, as "2" or "a100:2" (sbatch --gres=gpu:...).
	GPUs string `json:"gpus,omitzero"`
	// Gres is any other generic resource, as "shard:1" (sbatch --gres).
	Gres string `json:"gres,omitzero"`
	// Partition is the partition (sbatch --partition). Default: the site's.
	Partition string `json:"partition,omitzero"`
	// Account is the account to charge (sbatch --account).
	Account string `json:"account,omitzero"`
	// QOS is the quality of service (sbatch --qos).
	QOS string `json:"qos,omitzero"`
	// Reservation is the reservation to run in (sbatch --reservation).
	Reservation string `json:"reservation,omitzero"`
	// Clusters are, of several Slurm clusters behind one login node, those that may run the
	// kernel (sbatch --clusters). Default: the login node's own.
	Clusters string `json:"clusters,omitzero"`
	// Constraint is the node features to ask for (sbatch --constraint).
	Constraint string `json:"constraint,omitzero"`
	// WorkingDirectory is where cells run. A leading ~ or $HOME, and $USER
	// anywhere, are those of the cluster. Default: the home directory.
	WorkingDirectory string `json:"workingDirectory,omitzero"`
	// KernelTransport is how kernels listen on the node: "ipc" (sockets that only the
	// user can reach), "tcp" (ports of 127.0.0.1, where other users of the node can read
	// what cells run and print), or "auto" (default): tcp for those kernels alone that
	// cannot use sockets; the session's notice then names them.
	KernelTransport string `json:"kernelTransport,omitzero"`
	// Environment is what to set up before Jupyter starts.
	Environment *Environment `json:"environment,omitzero"`
	// SbatchOptions are more options for sbatch, one word each, as "--exclude=scs0150".
	// Those that Sunpyter sets itself are refused by name.
	SbatchOptions []string `json:"sbatchOptions,omitzero"`
	// IdleSeconds is after how long without use the kernel is stopped. The user is warned
	// ten minutes before; see kernel/keepAlive.
	// Default 3600 (1 hour); at least 60, at most 604800; -1: never.
	IdleSeconds int `json:"idleSeconds,omitzero"`
	// GraceSeconds is how long the job keeps running while this computer is offline.
	// Default 900 (15 minutes); at least 60, at most 14400.
	GraceSeconds int `json:"graceSeconds,omitzero"`
}

// Environment is what to set up in the job before Jupyter starts, in this order.
type Environment struct {
	// Modules are loaded with "module load", in this order.
	Modules []string `json:"modules,omitzero"`
	// Name is the name or the path of an environment for kernels, as cluster/environments
	// lists them: of conda and its relatives, a virtual environment, or another Python. It is
	// looked up on the login node before the job is submitted. Kernels run in it, and so does
	// Jupyter if a Jupyter server is in it; else Jupyter comes from the rest of this set-up.
	Name string `json:"name,omitzero"`
	// Container is the path of a container image for kernels instead: a file of Apptainer or
	// Singularity, or the folder of an image. Jupyter runs outside, so the image needs Python and
	// ipykernel alone. The working directory and the home directory are seen in it.
	Container string `json:"container,omitzero"`
	// ContainerBinds are more folders of the compute node to be seen in the container: "DIR" or
	// "DIR:TARGET".
	ContainerBinds []string `json:"containerBinds,omitzero"`
	// Conda is the name or the path of a conda environment to activate.
	Conda string `json:"conda,omitzero"`
	// Venv is the path of a Python virtual environment to activate.
	Venv string `json:"venv,omitzero"`
	// Setup are lines of bash, run unchanged. No secrets: they are in the job's
	// script, which Slurm keeps.
	Setup []string `json:"setup,omitzero"`
	// Variables are environment variables to set. No secrets: they are in the job's
	// script, which Slurm keeps.
	Variables map[string]string `json:"variables,omitzero"`
}

// KernelStartResult is a kernel that can be used.
type KernelStartResult struct {
	// Session is the session, in state ready.
	Session Session `json:"session"`
	// URL is Jupyter's URL on this computer: "http://127.0.0.1:41234/".
	URL string `json:"url"`
	// Token authenticates requests to URL, as Jupyter's token. It is valid only there, until
	// the kernel is taken over. Keep it out of logs and command lines.
	Token string `json:"token"`
	// Link opens Jupyter in a browser, once; see kernel/link.
	Link string `json:"link"`
	// Project is what was copied, if the request had a project.
	Project *ProjectPushResult `json:"project,omitzero"`
	// ProjectProblem is why the project could not be copied, if so. The kernel runs.
	ProjectProblem *Problem `json:"projectProblem,omitzero"`
}

// KernelTakeOverParams names the session to take over, by its id or by its job.
type KernelTakeOverParams struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId,omitzero"`
	// JobID is the number of the job on Cluster, where the id is not known.
	JobID string `json:"jobId,omitzero"`
	// Cluster is a profile's name, a host, or USER@HOST. It is needed for a kernel
	// that this computer does not know: one that another computer started.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// ProgressToken, if set, makes $/progress report each stage.
	ProgressToken string `json:"progressToken,omitzero"`
}

// KernelListParams says which kernels to list.
type KernelListParams struct {
	// Cluster, if set, also lists the user's Sunpyter jobs in that cluster's queue, from any
	// computer.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
}

// KernelListResult has the kernels.
type KernelListResult struct {
	// Sessions are the sessions, this client's first.
	Sessions []Session `json:"sessions"`
	// Ended are the kernels of the last 7 days that ended without being stopped, with their
	// cause: the newest first, at most 50. Those that ended while no computer was connected
	// are listed only if Cluster is set.
	Ended []Session `json:"ended,omitzero"`
	// Problems are errors of records on this computer that cannot be read. The files were
	// renamed; the jobs can still be found on their cluster.
	Problems []Problem `json:"problems,omitzero"`
}

// KernelReconnectParams names the session to connect again.
type KernelReconnectParams struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId"`
}

// KernelReconnectResult is the session with its connection.
type KernelReconnectResult struct {
	// Session is the session, in state ready.
	Session Session `json:"session"`
}

// KernelStopParams names what to stop.
type KernelStopParams struct {
	// SessionID is a session's id; with Cluster also that of one that this computer
	// does not know.
	SessionID string `json:"sessionId,omitzero"`
	// JobID stops the Sunpyter job with this number on Cluster.
	JobID string `json:"jobId,omitzero"`
	// All stops all of this client's kernels, or all of the user's Sunpyter jobs on Cluster.
	All bool `json:"all,omitzero"`
	// Cluster is a profile's name, a host, or USER@HOST.
	Cluster string `json:"cluster,omitzero"`
	// User is the user's name on the cluster, if Cluster does not say.
	User string `json:"user,omitzero"`
	// WaitUntilFree delays the answer until the job has left its node.
	WaitUntilFree bool `json:"waitUntilFree,omitzero"`
}

// KernelStopResult has the outcomes.
type KernelStopResult struct {
	// Released has one entry for each job.
	Released []Release `json:"released"`
}

// ReleaseOutcome is how a release ended.
type ReleaseOutcome string

// The outcomes of a release.
const (
	// ReleaseDone: Slurm accepted the end of the job.
	ReleaseDone ReleaseOutcome = "released"
	// ReleaseNodeFree: and the job has left its node.
	ReleaseNodeFree ReleaseOutcome = "node-free"
	// ReleaseNoJob: there was no job (yet, or any more).
	ReleaseNoJob ReleaseOutcome = "no-job"
	// ReleaseHandedOver: another owner has the session, or may take it over within the
	// reload grace.
	ReleaseHandedOver ReleaseOutcome = "handed-over"
	// ReleaseUnconfirmed: Slurm did not confirm it; the job stops by itself within graceSeconds.
	ReleaseUnconfirmed ReleaseOutcome = "unconfirmed"
)

// Release is the outcome for one job.
type Release struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId,omitzero"`
	// JobID is the job's number.
	JobID string `json:"jobId,omitzero"`
	// Outcome is how it ended.
	Outcome ReleaseOutcome `json:"outcome"`
	// Message is more about it, if there is any.
	Message string `json:"message,omitzero"`
}

// KernelKeepAliveParams names the session.
type KernelKeepAliveParams struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId"`
}

// KernelKeepAliveResult is the new idle time.
type KernelKeepAliveResult struct {
	// IdleSeconds is after how long without use the kernel is stopped now; 0: never.
	IdleSeconds int `json:"idleSeconds"`
}

// KernelLogParams names the log.
type KernelLogParams struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId"`
	// Lines is how many lines from the end. Default 100, at most 5000.
	Lines int `json:"lines,omitzero"`
}

// KernelLogResult is the end of the log.
type KernelLogResult struct {
	// Text is the lines, secrets removed.
	Text string `json:"text"`
}

// KernelLinkParams names the session.
type KernelLinkParams struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId"`
	// Open makes the server open the link in the user's browser, on the computer where the
	// server runs, without showing it to other users there.
	Open bool `json:"open,omitzero"`
}

// KernelLinkResult is a link that works once.
type KernelLinkResult struct {
	// Link is the address to open.
	Link string `json:"link"`
	// Opened is true when a browser was started.
	Opened bool `json:"opened,omitzero"`
	// Reason is why no browser was opened, if one was asked for.
	Reason string `json:"reason,omitzero"`
}

// KernelUseParams names the session.
type KernelUseParams struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId"`
}

// KernelUseResult is what its job uses.
type KernelUseResult struct {
	// Use is what it uses now.
	Use Use `json:"use"`
}
