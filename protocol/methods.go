package protocol

import "context"

// Server is what Sunpyter answers: one method a request, in the order in which
// a client meets them. The name on the wire follows "rpc:".
type Server interface {
	// Initialize begins the conversation. It must be the first request and comes
	// once. The client names the protocol version that it speaks and says who it
	// is; the server answers with its own.
	//
	// rpc:initialize
	Initialize(ctx context.Context, params *InitializeParams) (*InitializeResult, error)

	// Shutdown releases every kernel of this client: its jobs are cancelled and
	// Slurm's acceptance is awaited. With a reload grace the kernels are kept
	// that long for a successor instead. Only exit may follow.
	//
	// rpc:shutdown
	Shutdown(ctx context.Context) (*ShutdownResult, error)

	// ClusterList gives the clusters that can be named in kernel/start.
	//
	// rpc:cluster/list
	ClusterList(ctx context.Context, params *ClusterListParams) (*ClusterListResult, error)

	// ClusterCheck tests the way to a cluster step by step, without a job unless
	// that is asked for, and says for each step what was found and what to do. It
	// goes on after a warning and stops at the first failure.
	//
	// rpc:cluster/check
	ClusterCheck(ctx context.Context, params *ClusterCheckParams) (*ClusterCheckResult, error)

	// ClusterResources asks a cluster's Slurm, once, what this user can ask it
	// for: its partitions with their limits, and the user's accounts. The login
	// stays open for two minutes after it, so that the kernel/start that follows
	// does not log in, or ask the person, again.
	//
	// rpc:cluster/resources
	ClusterResources(ctx context.Context, params *ClusterResourcesParams) (*ClusterResourcesResult, error)

	// KernelStart asks Slurm for a job, waits for it, starts Jupyter in it and
	// answers once Jupyter's address works from this computer. It can take as
	// long as the queue: $/progress tells how far it is, and $/cancelRequest ends
	// it at any moment and leaves nothing behind.
	//
	// rpc:kernel/start
	KernelStart(ctx context.Context, params *KernelStartParams) (*KernelStartResult, error)

	// KernelTakeOver takes over a kernel that another window, or another computer,
	// started, left or lost. The kernel stays the same, and on this computer its
	// address too; the owner before is told.
	//
	// rpc:kernel/takeOver
	KernelTakeOver(ctx context.Context, params *KernelTakeOverParams) (*KernelStartResult, error)

	// KernelReconnect makes the connection of a kernel that is disconnected again
	// now. It may ask the person, which the server by itself does only once. It
	// answers when the kernel is ready again, or with what is in the way.
	//
	// rpc:kernel/reconnect
	KernelReconnect(ctx context.Context, params *KernelReconnectParams) (*KernelReconnectResult, error)

	// KernelList gives the kernels of this client, those that other windows of
	// this computer hold, and, when asked, all jobs of ours on a cluster. It also
	// tells of kernels that ended by themselves lately.
	//
	// rpc:kernel/list
	KernelList(ctx context.Context, params *KernelListParams) (*KernelListResult, error)

	// KernelStop cancels kernels at once and answers when Slurm has accepted the
	// end. Stopping what is already over is no error.
	//
	// rpc:kernel/stop
	KernelStop(ctx context.Context, params *KernelStopParams) (*KernelStopResult, error)

	// KernelKeepAlive makes a kernel that nobody uses count as used now: it is given back
	// only when it was unused for as long again. For a kernel of this client.
	//
	// rpc:kernel/keepAlive
	KernelKeepAlive(ctx context.Context, params *KernelKeepAliveParams) (*KernelKeepAliveResult, error)

	// KernelLog gives the last lines of Jupyter's log.
	//
	// rpc:kernel/log
	KernelLog(ctx context.Context, params *KernelLogParams) (*KernelLogResult, error)

	// KernelLink makes a link for a browser. It works once, logs that browser in and
	// carries no token. Until it is used anyone who sees it can use it: do not put it into
	// arguments, let the server open it. A second use by another browser is reported to the user and withdraws
	// what the first one got.
	//
	// rpc:kernel/link
	KernelLink(ctx context.Context, params *KernelLinkParams) (*KernelLinkResult, error)
}

// ServerNotifications is what a client tells the server without an answer.
type ServerNotifications interface {
	// ClusterDidChange tells that the profiles in the editor's settings are
	// others now. It carries the whole list, which takes the place of the one
	// before. Requests that come after it see the new ones; kernels that run stay
	// as they were started.
	//
	// rpc:cluster/didChange
	ClusterDidChange(ctx context.Context, params *ClusterDidChangeParams) error

	// Exit ends the server. Without a shutdown before it, it means the same as
	// the end of stdin: release everything.
	//
	// rpc:exit
	Exit(ctx context.Context) error

	// CancelRequest ends a request that is under way; that request is answered
	// with error -32800 once everything that it had begun is undone.
	//
	// rpc:$/cancelRequest
	CancelRequest(ctx context.Context, params *CancelParams) error
}

// Client is what Sunpyter asks of the client: whatever needs a person. A client
// that cannot ask answers with cancelled.
type Client interface {
	// PromptSecret asks the person for one line: a passphrase, a password, a
	// one-time code. The client shows who asks and why, and masks the answer
	// unless echo is set. It stores nothing.
	//
	// rpc:prompt/secret
	PromptSecret(ctx context.Context, params *PromptSecretParams) (*PromptSecretResult, error)

	// PromptConfirm asks the person for a yes or a no, such as whether an unknown
	// host's key is right.
	//
	// rpc:prompt/confirm
	PromptConfirm(ctx context.Context, params *PromptConfirmParams) (*PromptConfirmResult, error)
}

// ClientNotifications is what Sunpyter tells the client without an answer.
type ClientNotifications interface {
	// SessionDidChange tells that something about a kernel's session is new. It
	// carries the whole session, so that a client may keep the last one it saw.
	//
	// rpc:session/didChange
	SessionDidChange(ctx context.Context, params *SessionDidChangeParams) error

	// Progress tells how far a request is that gave a progress token.
	//
	// rpc:$/progress
	Progress(ctx context.Context, params *ProgressParams) error

	// ShowMessage is something that the person should read, wherever it comes from:
	// what a host says to all who log in, that a busy host is tried again, what of
	// the ssh configuration is not used. It stands in the log too.
	//
	// rpc:window/showMessage
	ShowMessage(ctx context.Context, params *ShowMessageParams) error

	// LogMessage is a line for the client's log. No secret is ever in it.
	//
	// rpc:window/logMessage
	LogMessage(ctx context.Context, params *LogMessageParams) error
}
