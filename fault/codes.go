package fault

// The codes, by package. The part before the dot is the package that found the
// failure; docs/protocol.md lists them all with their meaning, from the
// comments here.
const (
	// Internal: a mistake of ours. The log has more.
	Internal Code = "internal"
	// Cancelled: the user, or the editor, ended it. Nothing is left behind.
	Cancelled Code = "cancelled"
	// BadRequest: a value in the request is not allowed; the answer names it.
	BadRequest Code = "request.invalid"
	// BadVersion: the client's version of the protocol is not spoken here.
	BadVersion Code = "request.version"
	// BadConfig: the configuration file cannot be read or holds a wrong value.
	BadConfig Code = "config.invalid"

	// HostUnknown: the host's name does not resolve.
	HostUnknown Code = "ssh.host-unknown"
	// ConnectRefused: the host answers, but not on that port.
	ConnectRefused Code = "ssh.connection-refused"
	// ConnectTimeout: no answer within the deadline.
	ConnectTimeout Code = "ssh.timeout"
	// ConnectFailed: the network said no in another way (no route, reset).
	ConnectFailed Code = "ssh.connection-failed"
	// HostKeyUnknown: the host's key is in no known_hosts file and was not accepted.
	HostKeyUnknown Code = "ssh.host-key-unknown"
	// HostKeyChanged: the host's key is not the known one. Everything stops.
	HostKeyChanged Code = "ssh.host-key-changed"
	// AuthRefused: the host accepted none of the keys or answers. Never retried by itself.
	AuthRefused Code = "ssh.auth-refused"
	// NoKey: there is no key to offer at all: no agent, no key file.
	NoKey Code = "ssh.no-key"
	// HandshakeFailed: SSH was spoken, but no agreement found (algorithms, garbage, closed early).
	HandshakeFailed Code = "ssh.handshake-failed"
	// SSHConfig: a directive of the ssh configuration cannot be honoured.
	SSHConfig Code = "ssh.config"
	// LinkLost: the connection broke while it was in use.
	LinkLost Code = "ssh.link-lost"
	// ForwardRefused: the host refuses to forward (AllowTcpForwarding, AllowStreamLocalForwarding).
	ForwardRefused Code = "ssh.forward-refused"
	// CommandFailed: a command on the login node could not be run or ended strangely.
	CommandFailed Code = "ssh.command-failed"
	// PortTaken: no local port could be opened.
	PortTaken Code = "local.port"
	// OnCluster: this computer is a login node or a compute node itself.
	OnCluster Code = "local.on-cluster"
	// LocalState: what this computer remembers of its kernels cannot be read or written.
	LocalState Code = "local.state"

	// SlurmMissing: Slurm's commands are not found on the host.
	SlurmMissing Code = "slurm.not-found"
	// SlurmRejected: Slurm refused the request, with its own words.
	SlurmRejected Code = "slurm.rejected"
	// SlurmUnreachable: Slurm's controller does not answer now. Try again.
	SlurmUnreachable Code = "slurm.unreachable"
	// SlurmUnknownJob: Slurm does not know this job (any more).
	SlurmUnknownJob Code = "slurm.unknown-job"
	// SlurmOutput: Slurm's answer cannot be understood.
	SlurmOutput Code = "slurm.output"

	// HomeNotWritable: the home directory on the cluster is full, read-only or over quota.
	HomeNotWritable Code = "job.home-not-writable"
	// WorkdirMissing: the working directory does not exist or cannot be entered.
	WorkdirMissing Code = "job.workdir-missing"
	// WorkdirNotWritable: the working directory cannot be written.
	WorkdirNotWritable Code = "job.workdir-not-writable"
	// NodeDiskFull: the compute node has no room for a private folder.
	NodeDiskFull Code = "job.node-disk-full"
	// EnvironmentFailed: a module, conda environment, virtual environment or set-up line failed.
	EnvironmentFailed Code = "job.environment-failed"
	// JupyterMissing: no Jupyter in the job's environment.
	JupyterMissing Code = "job.jupyter-missing"
	// JupyterDied: Jupyter ended; its last lines are in the answer.
	JupyterDied Code = "job.jupyter-died"
	// JupyterSilent: Jupyter did not answer within the deadline.
	JupyterSilent Code = "job.jupyter-silent"
	// NoRoute: no way into the job was found.
	NoRoute Code = "job.no-route"
	// NodeKeyMismatch: the compute node's host key is not the one that the job wrote.
	NodeKeyMismatch Code = "job.node-key-mismatch"
	// WrongJob: the way in led into another job on that node.
	WrongJob Code = "job.wrong-job"

	// JobCancelled: someone else cancelled the job.
	JobCancelled Code = "ended.cancelled"
	// JobTimeLimit: the job's time limit ended it.
	JobTimeLimit Code = "ended.time-limit"
	// JobOutOfMemory: the job used more memory than it asked for.
	JobOutOfMemory Code = "ended.out-of-memory"
	// JobNodeFailed: the compute node failed.
	JobNodeFailed Code = "ended.node-failed"
	// JobPreempted: another job took the node.
	JobPreempted Code = "ended.preempted"
	// JobRequeued: Slurm started the job again; the kernel of the first run is gone.
	JobRequeued Code = "ended.requeued"
	// JobFailed: the job ended with an error of its own.
	JobFailed Code = "ended.failed"
	// JobEnded: the job is over and Slurm does not say why.
	JobEnded Code = "ended.unknown"
	// JobCompleted: the job's script came to its end by itself.
	JobCompleted Code = "ended.completed"
	// JobDeadline: Slurm removed the job at the deadline that was asked for.
	JobDeadline Code = "ended.deadline"
	// JobRevoked: another cluster of the federation took the job.
	JobRevoked Code = "ended.revoked"
	// JobLaunchFailed: Slurm could not start the job on its node.
	JobLaunchFailed Code = "ended.launch-failed"
	// LeaseExpired: no sign of the laptop for the grace, so the job ended itself.
	LeaseExpired Code = "ended.no-sign-of-owner"
	// JobIdle: no cell ran and nobody used the kernel for the agreed time, so its node was given back.
	JobIdle Code = "ended.idle"
	// StoppedElsewhere: it was stopped from another window or terminal of this computer.
	StoppedElsewhere Code = "ended.stopped-elsewhere"
	// TakenOver: another window or laptop took the session over.
	TakenOver Code = "ended.taken-over"

	// ReleaseUnconfirmed: the cancel could not be confirmed; the lease in the job is the last guard.
	ReleaseUnconfirmed Code = "release.unconfirmed"
	// UnknownSession: no session has this id.
	UnknownSession Code = "session.unknown"
	// UnknownCluster: no profile or host has this name.
	UnknownCluster Code = "cluster.unknown"
	// PromptUnanswered: a question to the user could not be asked or was dismissed.
	PromptUnanswered Code = "prompt.unanswered"
)
