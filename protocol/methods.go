package protocol

import "context"

// Server is what Sunpyter answers: one method a request, in the order in which
// a client meets them. The name on the wire follows "rpc:".
type Server interface {
	// Initialize must be the first request and is sent once. It has the client's
	// protocol version, name and settings.
	//
	// rpc:initialize
	Initialize(ctx context.Context, params *InitializeParams) (*InitializeResult, error)

	// Shutdown releases every kernel of this client: its jobs are cancelled and
	// Slurm's acceptance is awaited. With a reload grace the kernels are kept
	// that long for a successor instead. Only exit may follow.
	//
	// rpc:shutdown
	Shutdown(ctx context.Context) (*ShutdownResult, error)

	// ClusterList returns the clusters that kernel/start accepts.
	//
	// rpc:cluster/list
	ClusterList(ctx context.Context, params *ClusterListParams) (*ClusterListResult, error)

	// ClusterCheck tests the connection to a cluster step by step, without a job unless
	// one is asked for. Each step has its result and advice. The check continues after
	// a warning and stops at the first failure.
	//
	// rpc:cluster/check
	ClusterCheck(ctx context.Context, params *ClusterCheckParams) (*ClusterCheckResult, error)

	// ClusterResources asks a cluster's Slurm, once, what this user can ask it
	// for: its partitions with their limits, and the user's accounts. The login
	// stays open for two minutes after it, so that the kernel/start that follows
	// does not log in, or prompt the user, again.
	//
	// rpc:cluster/resources
	ClusterResources(ctx context.Context, params *ClusterResourcesParams) (*ClusterResourcesResult, error)

	// ClusterEnvironments looks for environments in which kernels can run, by one command on
	// the login node that only looks at files: those of conda and its relatives, virtual
	// environments, modules and the user's kernelspecs. It takes two seconds at most and
	// returns what was found until then. Slurm is not asked. As with cluster/resources, the
	// login stays open for two minutes.
	//
	// rpc:cluster/environments
	ClusterEnvironments(ctx context.Context, params *ClusterEnvironmentsParams) (*ClusterEnvironmentsResult, error)

	// EnvironmentChange makes an environment with Jupyter and ipykernel on a cluster, installs
	// ipykernel in one, or removes one that it has made: by the commands that it returns, on the
	// login node. Ask with dryRun first, and show the commands. It can take minutes:
	// $/progress reports what pip does, and $/cancelRequest ends it and removes what was made.
	//
	// rpc:environment/change
	EnvironmentChange(ctx context.Context, params *EnvironmentChangeParams) (*EnvironmentChangeResult, error)

	// ClusterEstimates asks a cluster's Slurm when a request would start, and when at most
	// three others would: with fewer CPUs, for a shorter time, in another partition and with
	// another QOS that the user may use. Nothing is submitted. Slurm is asked only if a user
	// wants to know, and an answer is kept for a minute. Jobs that fit into a gap between
	// waiting ones often start sooner than Slurm estimates.
	//
	// rpc:cluster/estimates
	ClusterEstimates(ctx context.Context, params *ClusterEstimatesParams) (*ClusterEstimatesResult, error)

	// KernelStart asks Slurm for a job, waits for it, starts Jupyter in it and
	// answers once Jupyter's address works from this computer. It can take as
	// long as the queue: $/progress reports each stage, and $/cancelRequest cancels
	// it at any time and leaves nothing behind.
	//
	// rpc:kernel/start
	KernelStart(ctx context.Context, params *KernelStartParams) (*KernelStartResult, error)

	// KernelTakeOver takes over a kernel that another window, or another computer,
	// started, left or lost. The kernel stays the same, and on this computer so does
	// its URL. The previous owner is notified.
	//
	// rpc:kernel/takeOver
	KernelTakeOver(ctx context.Context, params *KernelTakeOverParams) (*KernelStartResult, error)

	// KernelReconnect reconnects a disconnected kernel now. It may prompt the user,
	// which the server itself does only once. It returns when the kernel is ready
	// again, or with the error that prevents it.
	//
	// rpc:kernel/reconnect
	KernelReconnect(ctx context.Context, params *KernelReconnectParams) (*KernelReconnectResult, error)

	// KernelList returns the kernels of this client, those of other windows on this
	// computer and, if asked, all of the user's Sunpyter jobs on a cluster. It also
	// returns kernels that ended recently without being stopped.
	//
	// rpc:kernel/list
	KernelList(ctx context.Context, params *KernelListParams) (*KernelListResult, error)

	// KernelStop cancels kernels at once and returns when Slurm has accepted that.
	// Stopping a kernel that has ended is not an error.
	//
	// rpc:kernel/stop
	KernelStop(ctx context.Context, params *KernelStopParams) (*KernelStopResult, error)

	// KernelKeepAlive restarts the idle time of a kernel of this client, as if a cell
	// had just run.
	//
	// rpc:kernel/keepAlive
	KernelKeepAlive(ctx context.Context, params *KernelKeepAliveParams) (*KernelKeepAliveResult, error)

	// KernelLog returns the last lines of Jupyter's log.
	//
	// rpc:kernel/log
	KernelLog(ctx context.Context, params *KernelLogParams) (*KernelLogResult, error)

	// KernelUse looks at what a kernel's job uses. The kernel may be another window's on this
	// computer. It costs the cluster no login and no request to Slurm, and the node nearly
	// nothing: call it every 5 s while somebody looks. The first call may take a second.
	//
	// rpc:kernel/use
	KernelUse(ctx context.Context, params *KernelUseParams) (*KernelUseResult, error)

	// KernelLink returns a link that opens Jupyter in a browser. It works once, logs that
	// browser in and carries no token. Until it is used, anyone who sees it can use it: do
	// not put it into a command line, but let the server open it. If another browser uses
	// it too, the user is warned and the first browser is logged out.
	//
	// rpc:kernel/link
	KernelLink(ctx context.Context, params *KernelLinkParams) (*KernelLinkResult, error)

	// FilePlaces returns the folders on a cluster that are good to begin with. This and the
	// other file methods work without a kernel, over the connection that kernels use too.
	//
	// rpc:file/places
	FilePlaces(ctx context.Context, params *FilePlacesParams) (*FilePlacesResult, error)

	// FileList lists a folder on a cluster, in pages.
	//
	// rpc:file/list
	FileList(ctx context.Context, params *FileListParams) (*FileListResult, error)

	// FileStat describes a file or folder on a cluster.
	//
	// rpc:file/stat
	FileStat(ctx context.Context, params *FileStatParams) (*FileStatResult, error)

	// FileRead returns a part of a file on a cluster. Only regular files are read.
	//
	// rpc:file/read
	FileRead(ctx context.Context, params *FileReadParams) (*FileReadResult, error)

	// FileWrite replaces a file on a cluster, or creates it, as a whole: others read either
	// the old content or the new one. Permissions, group and links stay.
	//
	// rpc:file/write
	FileWrite(ctx context.Context, params *FileWriteParams) (*FileWriteResult, error)

	// FileMkdir creates a folder on a cluster.
	//
	// rpc:file/mkdir
	FileMkdir(ctx context.Context, params *FileMkdirParams) (*FileMkdirResult, error)

	// FileRename renames or moves a file or folder on a cluster.
	//
	// rpc:file/rename
	FileRename(ctx context.Context, params *FileRenameParams) (*FileRenameResult, error)

	// FileDelete deletes a file or folder on a cluster for good.
	//
	// rpc:file/delete
	FileDelete(ctx context.Context, params *FileDeleteParams) (*FileDeleteResult, error)

	// FileUpload sends a file or folder of this computer to a cluster. It may be of any size.
	// If a large file was interrupted or cancelled, the same request continues where it was.
	//
	// rpc:file/upload
	FileUpload(ctx context.Context, params *FileUploadParams) (*FileTransferResult, error)

	// FileDownload fetches a file or folder from a cluster. It may be of any size. If a large
	// file was interrupted or cancelled, the same request continues where it was. Nothing is
	// written outside of localPath.
	//
	// rpc:file/download
	FileDownload(ctx context.Context, params *FileDownloadParams) (*FileTransferResult, error)

	// ProjectScan looks at a folder of this computer and returns what a copy would hold. It
	// does not connect to a cluster.
	//
	// rpc:project/scan
	ProjectScan(ctx context.Context, params *ProjectScanParams) (*ProjectScanResult, error)

	// ProjectPush makes the copy of a folder on a cluster like the folder. It never changes or
	// deletes a file that was changed on the cluster; see ProjectConflict. After an
	// interruption, the next push continues. kernel/start does it too, while the job starts.
	//
	// rpc:project/push
	ProjectPush(ctx context.Context, params *ProjectPushParams) (*ProjectPushResult, error)

	// ProjectChanges lists the files of a folder's copy that were made or changed on the
	// cluster, such as results, the newest first. If there is no copy, the error is
	// file.not-found.
	//
	// rpc:project/changes
	ProjectChanges(ctx context.Context, params *ProjectChangesParams) (*ProjectChangesResult, error)

	// ProjectPull fetches files of a folder's copy into the folder.
	//
	// rpc:project/pull
	ProjectPull(ctx context.Context, params *ProjectPullParams) (*FileTransferResult, error)

	// ShellOpen runs the user's shell, or a command, in a kernel's job: on its node, with its
	// CPUs, memory and GPUs, in the environment of its kernels and in its working directory.
	// The kernel may be another window's on this computer. Its output comes with shell/output
	// and its end with shell/didEnd. It survives lost links, counts as use of the kernel, and
	// ends with the kernel or with this client; after a reload the client can return to it.
	//
	// rpc:shell/open
	ShellOpen(ctx context.Context, params *ShellOpenParams) (*ShellOpenResult, error)

	// ShellInput sends input. The answer comes when there is room for more: send one at a
	// time, or their order is not certain.
	//
	// rpc:shell/input
	ShellInput(ctx context.Context, params *ShellInputParams) (*ShellInputResult, error)

	// ShellResize changes the size of a terminal.
	//
	// rpc:shell/resize
	ShellResize(ctx context.Context, params *ShellResizeParams) (*ShellResizeResult, error)

	// ShellSignal sends a signal to a command and the processes that it has started. In a
	// terminal, send Ctrl+C as input instead.
	//
	// rpc:shell/signal
	ShellSignal(ctx context.Context, params *ShellSignalParams) (*ShellSignalResult, error)

	// ShellClose ends a shell and what runs in it. Closing one that has ended is not an error.
	//
	// rpc:shell/close
	ShellClose(ctx context.Context, params *ShellCloseParams) (*ShellCloseResult, error)
}

// ServerNotifications are the notifications from the client to the server.
type ServerNotifications interface {
	// ClusterDidChange replaces the profiles of the editor's settings. Later requests
	// use the new ones; running kernels are not affected.
	//
	// rpc:cluster/didChange
	ClusterDidChange(ctx context.Context, params *ClusterDidChangeParams) error

	// Exit ends the server. Without a preceding shutdown it means the same as the end
	// of stdin: release everything.
	//
	// rpc:exit
	Exit(ctx context.Context) error

	// CancelRequest cancels a running request, which is answered with error -32800
	// once everything that it had begun is undone.
	//
	// rpc:$/cancelRequest
	CancelRequest(ctx context.Context, params *CancelParams) error
}

// Client has the requests from the server to the client: prompts for the user, and the output
// of shells. A client that cannot show a prompt answers that it was cancelled.
type Client interface {
	// PromptSecret asks the user for one line: a passphrase, a password, a one-time
	// code. The client shows the host and the purpose, and masks the answer unless echo is set.
	// It stores nothing.
	//
	// rpc:prompt/secret
	PromptSecret(ctx context.Context, params *PromptSecretParams) (*PromptSecretResult, error)

	// PromptConfirm asks the user for a yes or a no, such as whether an unknown
	// host's key is right.
	//
	// rpc:prompt/confirm
	PromptConfirm(ctx context.Context, params *PromptConfirmParams) (*PromptConfirmResult, error)

	// ShellOutput has output of a shell. The next one comes after the answer, and the shell
	// waits while much is unanswered: answer when the output is shown or written.
	//
	// rpc:shell/output
	ShellOutput(ctx context.Context, params *ShellOutputParams) (*ShellOutputResult, error)
}

// ClientNotifications are the notifications from the server to the client.
type ClientNotifications interface {
	// SessionDidChange is sent at each change of a session. It has the whole session,
	// so a client only needs to keep the latest.
	//
	// rpc:session/didChange
	SessionDidChange(ctx context.Context, params *SessionDidChangeParams) error

	// Progress reports the progress of a request that has a progress token.
	//
	// rpc:$/progress
	Progress(ctx context.Context, params *ProgressParams) error

	// ShowMessage has a message for the user: a host's login banner, a retry of a busy
	// host, a part of the ssh configuration that is not supported. It is logged too.
	//
	// rpc:window/showMessage
	ShowMessage(ctx context.Context, params *ShowMessageParams) error

	// LogMessage is a line for the client's log. It never has a secret.
	//
	// rpc:window/logMessage
	LogMessage(ctx context.Context, params *LogMessageParams) error

	// ShellDidEnd reports the end of a shell, after all of its output.
	//
	// rpc:shell/didEnd
	ShellDidEnd(ctx context.Context, params *ShellDidEndParams) error
}
