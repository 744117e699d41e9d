package fault

// The codes, by subject. docs/protocol.md lists them all, with these comments.
const (
	// Internal: a bug in Sunpyter. The log has more.
	Internal Code = "internal"
	// Cancelled: the user or the editor cancelled it. Nothing is left behind.
	Cancelled Code = "cancelled"
	// BadRequest: a value in the request is not allowed; the answer names it.
	BadRequest Code = "request.invalid"
	// BadVersion: the server does not speak the client's version of the protocol.
	BadVersion Code = "request.version"
	// BadConfig: the configuration file cannot be read or holds a wrong value.
	BadConfig Code = "config.invalid"

	// HostUnknown: the host's name does not resolve.
	HostUnknown Code = "ssh.host-unknown"
	// ConnectRefused: the host answers, but not on that port.
	ConnectRefused Code = "ssh.connection-refused"
	// ConnectTimeout: no answer within the deadline.
	ConnectTimeout Code = "ssh.timeout"
	// ConnectFailed: the network failed in another way (no route, reset).
	ConnectFailed Code = "ssh.connection-failed"
	// HostKeyUnknown: the host's key is in no known_hosts file and was not accepted.
	HostKeyUnknown Code = "ssh.host-key-unknown"
	// HostKeyChanged: the host's key is not the known one. Everything stops.
	HostKeyChanged Code = "ssh.host-key-changed"
	// AuthRefused: the host accepted none of the keys or answers. Never retried automatically.
	AuthRefused Code = "ssh.auth-refused"
	// NoKey: there is no key to offer at all: no agent, no key file.
	NoKey Code = "ssh.no-key"
	// HandshakeFailed: SSH was spoken, but no agreement found (algorithms, garbage, closed early).
	HandshakeFailed Code = "ssh.handshake-failed"
	// SSHConfig: a directive of the ssh configuration is not supported.
	SSHConfig Code = "ssh.config"
	// LinkLost: the connection broke while it was in use.
	LinkLost Code = "ssh.link-lost"
	// ForwardRefused: the host refuses port forwarding (AllowTcpForwarding, AllowStreamLocalForwarding).
	ForwardRefused Code = "ssh.forward-refused"
	// CommandFailed: a command on the login node could not be run or failed unexpectedly.
	CommandFailed Code = "ssh.command-failed"
	// PortTaken: no local port could be opened.
	PortTaken Code = "local.port"
	// OnCluster: this computer is a login node or a compute node itself.
	OnCluster Code = "local.on-cluster"
	// LocalState: the records of kernels on this computer cannot be read or written.
	LocalState Code = "local.state"

	// NoSFTP: the host offers no SFTP, so the files on it cannot be read or written.
	NoSFTP Code = "file.no-sftp"
	// FileNotFound: no file or folder on the cluster has this path.
	FileNotFound Code = "file.not-found"
	// FileDenied: the user may not read or write it.
	FileDenied Code = "file.permission-denied"
	// FileExists: there is a file or folder of that name already.
	FileExists Code = "file.exists"
	// FileChanged: the file is not the version that the client knows, so it was not overwritten.
	FileChanged Code = "file.changed"
	// FileIsDirectory: a file was expected, and it is a folder.
	FileIsDirectory Code = "file.is-directory"
	// FileNotDirectory: a folder was expected, and it is a file.
	FileNotDirectory Code = "file.not-directory"
	// FileNotEmpty: the folder to delete has something in it.
	FileNotEmpty Code = "file.not-empty"
	// FileNoSpace: the disk on the cluster is full, or the user is over quota.
	FileNoSpace Code = "file.no-space"
	// FileFailed: the cluster failed to read or write a file in another way.
	FileFailed Code = "file.failed"
	// ProjectNotOurs: the folder on the cluster is not a copy of this one. It is used after a yes.
	ProjectNotOurs Code = "project.not-ours"
	// ProjectTooLarge: the folder has more or larger files than are copied.
	ProjectTooLarge Code = "project.too-large"
	// LocalFile: a file on this computer cannot be read or written.
	LocalFile Code = "local.file"

	// SlurmMissing: Slurm's commands are not found on the host.
	SlurmMissing Code = "slurm.not-found"
	// SlurmRejected: Slurm rejected the request; the answer has its message.
	SlurmRejected Code = "slurm.rejected"
	// SiteLimit: the site's own file allows a kernel less than was asked for.
	SiteLimit Code = "site.limit"
	// SlurmUnreachable: Slurm's controller does not answer. Try again later.
	SlurmUnreachable Code = "slurm.unreachable"
	// SlurmUnknownJob: Slurm does not know this job, or no longer.
	SlurmUnknownJob Code = "slurm.unknown-job"
	// SlurmOutput: Slurm's answer cannot be understood.
	SlurmOutput Code = "slurm.output"

	// HomeNotWritable: the home directory on the cluster is full, read-only or over quota.
	HomeNotWritable Code = "job.home-not-writable"
	// WorkdirMissing: the working directory does not exist or cannot be entered.
	WorkdirMissing Code = "job.workdir-missing"
	// WorkdirNotWritable: the working directory cannot be written.
	WorkdirNotWritable Code = "job.workdir-not-writable"
	// NodeDiskFull: the compute node has no space for a private directory.
	NodeDiskFull Code = "job.node-disk-full"
	// EnvironmentFailed: a module, conda environment, virtual environment or set-up line failed.
	EnvironmentFailed Code = "job.environment-failed"
	// EnvironmentUnknown: the cluster has no environment of this name, or more than one.
	EnvironmentUnknown Code = "job.environment-unknown"
	// EnvironmentBroken: the Python of the environment is gone, or does not run.
	EnvironmentBroken Code = "job.environment-broken"
	// EnvironmentShadowed: a variable, or packages in ~/.local, take the place of those of the environment.
	EnvironmentShadowed Code = "job.environment-shadowed"
	// KernelMissing: ipykernel is not in the environment, or is for another Python.
	KernelMissing Code = "job.kernel-missing"
	// ContainerImage: the image of the container is not there, cannot be read, or is no image.
	ContainerImage Code = "job.container-image"
	// ContainerRuntime: no program that runs the image is on the compute node.
	ContainerRuntime Code = "job.container-runtime"
	// ContainerNamespaces: the compute node does not allow users what a container needs.
	ContainerNamespaces Code = "job.container-namespaces"
	// ContainerPython: there is no Python in the image.
	ContainerPython Code = "job.container-python"
	// ContainerArchitecture: the image is for processors of another kind.
	ContainerArchitecture Code = "job.container-architecture"
	// ContainerFailed: the container does not start; the answer has the words of the program that runs it.
	ContainerFailed Code = "job.container-failed"
	// EnvironmentChange: an environment could not be made, changed or removed.
	EnvironmentChange Code = "environment.change-failed"
	// EnvironmentNoIndex: the login node reaches no index to install Python packages from.
	EnvironmentNoIndex Code = "environment.no-index"
	// JupyterMissing: no Jupyter in the job's environment.
	JupyterMissing Code = "job.jupyter-missing"
	// JupyterDied: Jupyter ended; its last lines are in the answer.
	JupyterDied Code = "job.jupyter-died"
	// JupyterSilent: Jupyter did not answer within the deadline.
	JupyterSilent Code = "job.jupyter-silent"
	// KernelFailed: Jupyter runs, but its kernel does not start or does not run a cell.
	KernelFailed Code = "job.kernel-failed"
	// NoRoute: no route led into the job.
	NoRoute Code = "job.no-route"
	// NodeKeyMismatch: the compute node's host key is not the one that the job wrote.
	NodeKeyMismatch Code = "job.node-key-mismatch"
	// GPUMissing: the job sees fewer GPUs than were asked for. Only in a session's notice, as
	// are the three that follow.
	GPUMissing Code = "job.gpu-missing"
	// GPUDriver: the driver of the node's GPUs does not work, or does not match its library.
	GPUDriver Code = "job.gpu-driver"
	// FewerResources: the job has fewer CPUs or less memory than was asked for.
	FewerResources Code = "job.fewer-resources"
	// NotConfined: the job sees GPUs or CPUs that are not its own, or its memory has no limit.
	NotConfined Code = "job.not-confined"
	// WrongJob: the route led into another job on that node.
	WrongJob Code = "job.wrong-job"

	// ShellFailed: a terminal or a command could not be opened in the job.
	ShellFailed Code = "shell.failed"
	// ShellLost: a terminal or a command is not in the job any more, and its end was not seen.
	ShellLost Code = "shell.lost"

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
	// JobEnded: the job ended, and Slurm gave no reason.
	JobEnded Code = "ended.unknown"
	// JobCompleted: the job's script finished.
	JobCompleted Code = "ended.completed"
	// JobDeadline: Slurm removed the job at the deadline that was asked for.
	JobDeadline Code = "ended.deadline"
	// JobRevoked: another cluster of the federation took the job.
	JobRevoked Code = "ended.revoked"
	// JobLaunchFailed: Slurm could not start the job on its node.
	JobLaunchFailed Code = "ended.launch-failed"
	// LeaseExpired: this computer was offline for longer than the grace, so the job stopped.
	LeaseExpired Code = "ended.no-sign-of-owner"
	// JobIdle: the kernel was not used for its idle time and was stopped.
	JobIdle Code = "ended.idle"
	// StoppedElsewhere: it was stopped from another window or terminal on this computer.
	StoppedElsewhere Code = "ended.stopped-elsewhere"
	// TakenOver: another window or laptop took the session over.
	TakenOver Code = "ended.taken-over"

	// ReleaseUnconfirmed: Slurm did not confirm that the job was cancelled; it stops when its lease expires.
	ReleaseUnconfirmed Code = "release.unconfirmed"
	// UnknownSession: no session has this id.
	UnknownSession Code = "session.unknown"
	// UnknownCluster: no profile or host has this name.
	UnknownCluster Code = "cluster.unknown"
	// PromptUnanswered: a prompt could not be shown or was dismissed.
	PromptUnanswered Code = "prompt.unanswered"
)
