// Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT.

package protocol

import (
	"context"
	"errors"
)

// The names of the methods on the wire.
const (
	// MethodInitialize names [Server.Initialize].
	MethodInitialize = "initialize"
	// MethodShutdown names [Server.Shutdown].
	MethodShutdown = "shutdown"
	// MethodClusterList names [Server.ClusterList].
	MethodClusterList = "cluster/list"
	// MethodClusterCheck names [Server.ClusterCheck].
	MethodClusterCheck = "cluster/check"
	// MethodClusterResources names [Server.ClusterResources].
	MethodClusterResources = "cluster/resources"
	// MethodClusterEnvironments names [Server.ClusterEnvironments].
	MethodClusterEnvironments = "cluster/environments"
	// MethodEnvironmentChange names [Server.EnvironmentChange].
	MethodEnvironmentChange = "environment/change"
	// MethodClusterEstimates names [Server.ClusterEstimates].
	MethodClusterEstimates = "cluster/estimates"
	// MethodKernelStart names [Server.KernelStart].
	MethodKernelStart = "kernel/start"
	// MethodKernelTakeOver names [Server.KernelTakeOver].
	MethodKernelTakeOver = "kernel/takeOver"
	// MethodKernelReconnect names [Server.KernelReconnect].
	MethodKernelReconnect = "kernel/reconnect"
	// MethodKernelList names [Server.KernelList].
	MethodKernelList = "kernel/list"
	// MethodKernelStop names [Server.KernelStop].
	MethodKernelStop = "kernel/stop"
	// MethodKernelKeepAlive names [Server.KernelKeepAlive].
	MethodKernelKeepAlive = "kernel/keepAlive"
	// MethodKernelLog names [Server.KernelLog].
	MethodKernelLog = "kernel/log"
	// MethodKernelUse names [Server.KernelUse].
	MethodKernelUse = "kernel/use"
	// MethodKernelLink names [Server.KernelLink].
	MethodKernelLink = "kernel/link"
	// MethodFilePlaces names [Server.FilePlaces].
	MethodFilePlaces = "file/places"
	// MethodFileList names [Server.FileList].
	MethodFileList = "file/list"
	// MethodFileStat names [Server.FileStat].
	MethodFileStat = "file/stat"
	// MethodFileRead names [Server.FileRead].
	MethodFileRead = "file/read"
	// MethodFileWrite names [Server.FileWrite].
	MethodFileWrite = "file/write"
	// MethodFileMkdir names [Server.FileMkdir].
	MethodFileMkdir = "file/mkdir"
	// MethodFileRename names [Server.FileRename].
	MethodFileRename = "file/rename"
	// MethodFileDelete names [Server.FileDelete].
	MethodFileDelete = "file/delete"
	// MethodFileUpload names [Server.FileUpload].
	MethodFileUpload = "file/upload"
	// MethodFileDownload names [Server.FileDownload].
	MethodFileDownload = "file/download"
	// MethodProjectScan names [Server.ProjectScan].
	MethodProjectScan = "project/scan"
	// MethodProjectPush names [Server.ProjectPush].
	MethodProjectPush = "project/push"
	// MethodProjectChanges names [Server.ProjectChanges].
	MethodProjectChanges = "project/changes"
	// MethodProjectPull names [Server.ProjectPull].
	MethodProjectPull = "project/pull"
	// MethodShellOpen names [Server.ShellOpen].
	MethodShellOpen = "shell/open"
	// MethodShellInput names [Server.ShellInput].
	MethodShellInput = "shell/input"
	// MethodShellResize names [Server.ShellResize].
	MethodShellResize = "shell/resize"
	// MethodShellSignal names [Server.ShellSignal].
	MethodShellSignal = "shell/signal"
	// MethodShellClose names [Server.ShellClose].
	MethodShellClose = "shell/close"
	// MethodClusterDidChange names [ServerNotifications.ClusterDidChange].
	MethodClusterDidChange = "cluster/didChange"
	// MethodExit names [ServerNotifications.Exit].
	MethodExit = "exit"
	// MethodCancelRequest names [ServerNotifications.CancelRequest].
	MethodCancelRequest = "$/cancelRequest"
	// MethodPromptSecret names [Client.PromptSecret].
	MethodPromptSecret = "prompt/secret"
	// MethodPromptConfirm names [Client.PromptConfirm].
	MethodPromptConfirm = "prompt/confirm"
	// MethodShellOutput names [Client.ShellOutput].
	MethodShellOutput = "shell/output"
	// MethodSessionDidChange names [ClientNotifications.SessionDidChange].
	MethodSessionDidChange = "session/didChange"
	// MethodProgress names [ClientNotifications.Progress].
	MethodProgress = "$/progress"
	// MethodShowMessage names [ClientNotifications.ShowMessage].
	MethodShowMessage = "window/showMessage"
	// MethodLogMessage names [ClientNotifications.LogMessage].
	MethodLogMessage = "window/logMessage"
	// MethodShellDidEnd names [ClientNotifications.ShellDidEnd].
	MethodShellDidEnd = "shell/didEnd"
)

// MethodInfo is what is known of one method.
type MethodInfo struct {
	// Name is the name on the wire.
	Name string
	// Interface is the Go interface that has it: Server, ServerNotifications,
	// Client or ClientNotifications.
	Interface string
	// NewParams returns a pointer to empty parameters; nil: it has none.
	NewParams func() any
	// NewResult returns a pointer to an empty result; nil: it is a notification.
	NewResult func() any
}

// Methods are all methods of the wire, by name.
var Methods = map[string]MethodInfo{
	MethodInitialize:          {Name: MethodInitialize, Interface: "Server", NewParams: func() any { return new(InitializeParams) }, NewResult: func() any { return new(InitializeResult) }},
	MethodShutdown:            {Name: MethodShutdown, Interface: "Server", NewResult: func() any { return new(ShutdownResult) }},
	MethodClusterList:         {Name: MethodClusterList, Interface: "Server", NewParams: func() any { return new(ClusterListParams) }, NewResult: func() any { return new(ClusterListResult) }},
	MethodClusterCheck:        {Name: MethodClusterCheck, Interface: "Server", NewParams: func() any { return new(ClusterCheckParams) }, NewResult: func() any { return new(ClusterCheckResult) }},
	MethodClusterResources:    {Name: MethodClusterResources, Interface: "Server", NewParams: func() any { return new(ClusterResourcesParams) }, NewResult: func() any { return new(ClusterResourcesResult) }},
	MethodClusterEnvironments: {Name: MethodClusterEnvironments, Interface: "Server", NewParams: func() any { return new(ClusterEnvironmentsParams) }, NewResult: func() any { return new(ClusterEnvironmentsResult) }},
	MethodEnvironmentChange:   {Name: MethodEnvironmentChange, Interface: "Server", NewParams: func() any { return new(EnvironmentChangeParams) }, NewResult: func() any { return new(EnvironmentChangeResult) }},
	MethodClusterEstimates:    {Name: MethodClusterEstimates, Interface: "Server", NewParams: func() any { return new(ClusterEstimatesParams) }, NewResult: func() any { return new(ClusterEstimatesResult) }},
	MethodKernelStart:         {Name: MethodKernelStart, Interface: "Server", NewParams: func() any { return new(KernelStartParams) }, NewResult: func() any { return new(KernelStartResult) }},
	MethodKernelTakeOver:      {Name: MethodKernelTakeOver, Interface: "Server", NewParams: func() any { return new(KernelTakeOverParams) }, NewResult: func() any { return new(KernelStartResult) }},
	MethodKernelReconnect:     {Name: MethodKernelReconnect, Interface: "Server", NewParams: func() any { return new(KernelReconnectParams) }, NewResult: func() any { return new(KernelReconnectResult) }},
	MethodKernelList:          {Name: MethodKernelList, Interface: "Server", NewParams: func() any { return new(KernelListParams) }, NewResult: func() any { return new(KernelListResult) }},
	MethodKernelStop:          {Name: MethodKernelStop, Interface: "Server", NewParams: func() any { return new(KernelStopParams) }, NewResult: func() any { return new(KernelStopResult) }},
	MethodKernelKeepAlive:     {Name: MethodKernelKeepAlive, Interface: "Server", NewParams: func() any { return new(KernelKeepAliveParams) }, NewResult: func() any { return new(KernelKeepAliveResult) }},
	MethodKernelLog:           {Name: MethodKernelLog, Interface: "Server", NewParams: func() any { return new(KernelLogParams) }, NewResult: func() any { return new(KernelLogResult) }},
	MethodKernelUse:           {Name: MethodKernelUse, Interface: "Server", NewParams: func() any { return new(KernelUseParams) }, NewResult: func() any { return new(KernelUseResult) }},
	MethodKernelLink:          {Name: MethodKernelLink, Interface: "Server", NewParams: func() any { return new(KernelLinkParams) }, NewResult: func() any { return new(KernelLinkResult) }},
	MethodFilePlaces:          {Name: MethodFilePlaces, Interface: "Server", NewParams: func() any { return new(FilePlacesParams) }, NewResult: func() any { return new(FilePlacesResult) }},
	MethodFileList:            {Name: MethodFileList, Interface: "Server", NewParams: func() any { return new(FileListParams) }, NewResult: func() any { return new(FileListResult) }},
	MethodFileStat:            {Name: MethodFileStat, Interface: "Server", NewParams: func() any { return new(FileStatParams) }, NewResult: func() any { return new(FileStatResult) }},
	MethodFileRead:            {Name: MethodFileRead, Interface: "Server", NewParams: func() any { return new(FileReadParams) }, NewResult: func() any { return new(FileReadResult) }},
	MethodFileWrite:           {Name: MethodFileWrite, Interface: "Server", NewParams: func() any { return new(FileWriteParams) }, NewResult: func() any { return new(FileWriteResult) }},
	MethodFileMkdir:           {Name: MethodFileMkdir, Interface: "Server", NewParams: func() any { return new(FileMkdirParams) }, NewResult: func() any { return new(FileMkdirResult) }},
	MethodFileRename:          {Name: MethodFileRename, Interface: "Server", NewParams: func() any { return new(FileRenameParams) }, NewResult: func() any { return new(FileRenameResult) }},
	MethodFileDelete:          {Name: MethodFileDelete, Interface: "Server", NewParams: func() any { return new(FileDeleteParams) }, NewResult: func() any { return new(FileDeleteResult) }},
	MethodFileUpload:          {Name: MethodFileUpload, Interface: "Server", NewParams: func() any { return new(FileUploadParams) }, NewResult: func() any { return new(FileTransferResult) }},
	MethodFileDownload:        {Name: MethodFileDownload, Interface: "Server", NewParams: func() any { return new(FileDownloadParams) }, NewResult: func() any { return new(FileTransferResult) }},
	MethodProjectScan:         {Name: MethodProjectScan, Interface: "Server", NewParams: func() any { return new(ProjectScanParams) }, NewResult: func() any { return new(ProjectScanResult) }},
	MethodProjectPush:         {Name: MethodProjectPush, Interface: "Server", NewParams: func() any { return new(ProjectPushParams) }, NewResult: func() any { return new(ProjectPushResult) }},
	MethodProjectChanges:      {Name: MethodProjectChanges, Interface: "Server", NewParams: func() any { return new(ProjectChangesParams) }, NewResult: func() any { return new(ProjectChangesResult) }},
	MethodProjectPull:         {Name: MethodProjectPull, Interface: "Server", NewParams: func() any { return new(ProjectPullParams) }, NewResult: func() any { return new(FileTransferResult) }},
	MethodShellOpen:           {Name: MethodShellOpen, Interface: "Server", NewParams: func() any { return new(ShellOpenParams) }, NewResult: func() any { return new(ShellOpenResult) }},
	MethodShellInput:          {Name: MethodShellInput, Interface: "Server", NewParams: func() any { return new(ShellInputParams) }, NewResult: func() any { return new(ShellInputResult) }},
	MethodShellResize:         {Name: MethodShellResize, Interface: "Server", NewParams: func() any { return new(ShellResizeParams) }, NewResult: func() any { return new(ShellResizeResult) }},
	MethodShellSignal:         {Name: MethodShellSignal, Interface: "Server", NewParams: func() any { return new(ShellSignalParams) }, NewResult: func() any { return new(ShellSignalResult) }},
	MethodShellClose:          {Name: MethodShellClose, Interface: "Server", NewParams: func() any { return new(ShellCloseParams) }, NewResult: func() any { return new(ShellCloseResult) }},
	MethodClusterDidChange:    {Name: MethodClusterDidChange, Interface: "ServerNotifications", NewParams: func() any { return new(ClusterDidChangeParams) }},
	MethodExit:                {Name: MethodExit, Interface: "ServerNotifications"},
	MethodCancelRequest:       {Name: MethodCancelRequest, Interface: "ServerNotifications", NewParams: func() any { return new(CancelParams) }},
	MethodPromptSecret:        {Name: MethodPromptSecret, Interface: "Client", NewParams: func() any { return new(PromptSecretParams) }, NewResult: func() any { return new(PromptSecretResult) }},
	MethodPromptConfirm:       {Name: MethodPromptConfirm, Interface: "Client", NewParams: func() any { return new(PromptConfirmParams) }, NewResult: func() any { return new(PromptConfirmResult) }},
	MethodShellOutput:         {Name: MethodShellOutput, Interface: "Client", NewParams: func() any { return new(ShellOutputParams) }, NewResult: func() any { return new(ShellOutputResult) }},
	MethodSessionDidChange:    {Name: MethodSessionDidChange, Interface: "ClientNotifications", NewParams: func() any { return new(SessionDidChangeParams) }},
	MethodProgress:            {Name: MethodProgress, Interface: "ClientNotifications", NewParams: func() any { return new(ProgressParams) }},
	MethodShowMessage:         {Name: MethodShowMessage, Interface: "ClientNotifications", NewParams: func() any { return new(ShowMessageParams) }},
	MethodLogMessage:          {Name: MethodLogMessage, Interface: "ClientNotifications", NewParams: func() any { return new(LogMessageParams) }},
	MethodShellDidEnd:         {Name: MethodShellDidEnd, Interface: "ClientNotifications", NewParams: func() any { return new(ShellDidEndParams) }},
}

// ErrUnknownMethod is Dispatch's answer to a name that is no request of [Server].
var ErrUnknownMethod = errors.New("unknown method")

// Dispatch calls the method of s that answers the request of this name. decode
// fills the parameters; its error is returned unchanged.
func Dispatch(ctx context.Context, s Server, name string, decode func(params any) error) (any, error) {
	switch name {
	case MethodInitialize:
		params := new(InitializeParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.Initialize(ctx, params)
	case MethodShutdown:
		return s.Shutdown(ctx)
	case MethodClusterList:
		params := new(ClusterListParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ClusterList(ctx, params)
	case MethodClusterCheck:
		params := new(ClusterCheckParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ClusterCheck(ctx, params)
	case MethodClusterResources:
		params := new(ClusterResourcesParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ClusterResources(ctx, params)
	case MethodClusterEnvironments:
		params := new(ClusterEnvironmentsParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ClusterEnvironments(ctx, params)
	case MethodEnvironmentChange:
		params := new(EnvironmentChangeParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.EnvironmentChange(ctx, params)
	case MethodClusterEstimates:
		params := new(ClusterEstimatesParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ClusterEstimates(ctx, params)
	case MethodKernelStart:
		params := new(KernelStartParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelStart(ctx, params)
	case MethodKernelTakeOver:
		params := new(KernelTakeOverParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelTakeOver(ctx, params)
	case MethodKernelReconnect:
		params := new(KernelReconnectParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelReconnect(ctx, params)
	case MethodKernelList:
		params := new(KernelListParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelList(ctx, params)
	case MethodKernelStop:
		params := new(KernelStopParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelStop(ctx, params)
	case MethodKernelKeepAlive:
		params := new(KernelKeepAliveParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelKeepAlive(ctx, params)
	case MethodKernelLog:
		params := new(KernelLogParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelLog(ctx, params)
	case MethodKernelUse:
		params := new(KernelUseParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelUse(ctx, params)
	case MethodKernelLink:
		params := new(KernelLinkParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.KernelLink(ctx, params)
	case MethodFilePlaces:
		params := new(FilePlacesParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FilePlaces(ctx, params)
	case MethodFileList:
		params := new(FileListParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileList(ctx, params)
	case MethodFileStat:
		params := new(FileStatParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileStat(ctx, params)
	case MethodFileRead:
		params := new(FileReadParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileRead(ctx, params)
	case MethodFileWrite:
		params := new(FileWriteParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileWrite(ctx, params)
	case MethodFileMkdir:
		params := new(FileMkdirParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileMkdir(ctx, params)
	case MethodFileRename:
		params := new(FileRenameParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileRename(ctx, params)
	case MethodFileDelete:
		params := new(FileDeleteParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileDelete(ctx, params)
	case MethodFileUpload:
		params := new(FileUploadParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileUpload(ctx, params)
	case MethodFileDownload:
		params := new(FileDownloadParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.FileDownload(ctx, params)
	case MethodProjectScan:
		params := new(ProjectScanParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ProjectScan(ctx, params)
	case MethodProjectPush:
		params := new(ProjectPushParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ProjectPush(ctx, params)
	case MethodProjectChanges:
		params := new(ProjectChangesParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ProjectChanges(ctx, params)
	case MethodProjectPull:
		params := new(ProjectPullParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ProjectPull(ctx, params)
	case MethodShellOpen:
		params := new(ShellOpenParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ShellOpen(ctx, params)
	case MethodShellInput:
		params := new(ShellInputParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ShellInput(ctx, params)
	case MethodShellResize:
		params := new(ShellResizeParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ShellResize(ctx, params)
	case MethodShellSignal:
		params := new(ShellSignalParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ShellSignal(ctx, params)
	case MethodShellClose:
		params := new(ShellCloseParams)
		if err := decode(params); err != nil {
			return nil, err
		}
		return s.ShellClose(ctx, params)
	}
	return nil, ErrUnknownMethod
}

// ServerStub calls a server's requests over any JSON-RPC connection.
type ServerStub struct {
	// Call sends a request and fills result with the answer.
	Call func(ctx context.Context, method string, params, result any) error
}

var (
	_ Server = ServerStub{}
)

// Initialize sends initialize; see [Server].
func (s ServerStub) Initialize(ctx context.Context, params *InitializeParams) (*InitializeResult, error) {
	result := new(InitializeResult)
	if err := s.Call(ctx, MethodInitialize, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// Shutdown sends shutdown; see [Server].
func (s ServerStub) Shutdown(ctx context.Context) (*ShutdownResult, error) {
	result := new(ShutdownResult)
	if err := s.Call(ctx, MethodShutdown, nil, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ClusterList sends cluster/list; see [Server].
func (s ServerStub) ClusterList(ctx context.Context, params *ClusterListParams) (*ClusterListResult, error) {
	result := new(ClusterListResult)
	if err := s.Call(ctx, MethodClusterList, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ClusterCheck sends cluster/check; see [Server].
func (s ServerStub) ClusterCheck(ctx context.Context, params *ClusterCheckParams) (*ClusterCheckResult, error) {
	result := new(ClusterCheckResult)
	if err := s.Call(ctx, MethodClusterCheck, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ClusterResources sends cluster/resources; see [Server].
func (s ServerStub) ClusterResources(ctx context.Context, params *ClusterResourcesParams) (*ClusterResourcesResult, error) {
	result := new(ClusterResourcesResult)
	if err := s.Call(ctx, MethodClusterResources, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ClusterEnvironments sends cluster/environments; see [Server].
func (s ServerStub) ClusterEnvironments(ctx context.Context, params *ClusterEnvironmentsParams) (*ClusterEnvironmentsResult, error) {
	result := new(ClusterEnvironmentsResult)
	if err := s.Call(ctx, MethodClusterEnvironments, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// EnvironmentChange sends environment/change; see [Server].
func (s ServerStub) EnvironmentChange(ctx context.Context, params *EnvironmentChangeParams) (*EnvironmentChangeResult, error) {
	result := new(EnvironmentChangeResult)
	if err := s.Call(ctx, MethodEnvironmentChange, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ClusterEstimates sends cluster/estimates; see [Server].
func (s ServerStub) ClusterEstimates(ctx context.Context, params *ClusterEstimatesParams) (*ClusterEstimatesResult, error) {
	result := new(ClusterEstimatesResult)
	if err := s.Call(ctx, MethodClusterEstimates, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelStart sends kernel/start; see [Server].
func (s ServerStub) KernelStart(ctx context.Context, params *KernelStartParams) (*KernelStartResult, error) {
	result := new(KernelStartResult)
	if err := s.Call(ctx, MethodKernelStart, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelTakeOver sends kernel/takeOver; see [Server].
func (s ServerStub) KernelTakeOver(ctx context.Context, params *KernelTakeOverParams) (*KernelStartResult, error) {
	result := new(KernelStartResult)
	if err := s.Call(ctx, MethodKernelTakeOver, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelReconnect sends kernel/reconnect; see [Server].
func (s ServerStub) KernelReconnect(ctx context.Context, params *KernelReconnectParams) (*KernelReconnectResult, error) {
	result := new(KernelReconnectResult)
	if err := s.Call(ctx, MethodKernelReconnect, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelList sends kernel/list; see [Server].
func (s ServerStub) KernelList(ctx context.Context, params *KernelListParams) (*KernelListResult, error) {
	result := new(KernelListResult)
	if err := s.Call(ctx, MethodKernelList, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelStop sends kernel/stop; see [Server].
func (s ServerStub) KernelStop(ctx context.Context, params *KernelStopParams) (*KernelStopResult, error) {
	result := new(KernelStopResult)
	if err := s.Call(ctx, MethodKernelStop, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelKeepAlive sends kernel/keepAlive; see [Server].
func (s ServerStub) KernelKeepAlive(ctx context.Context, params *KernelKeepAliveParams) (*KernelKeepAliveResult, error) {
	result := new(KernelKeepAliveResult)
	if err := s.Call(ctx, MethodKernelKeepAlive, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelLog sends kernel/log; see [Server].
func (s ServerStub) KernelLog(ctx context.Context, params *KernelLogParams) (*KernelLogResult, error) {
	result := new(KernelLogResult)
	if err := s.Call(ctx, MethodKernelLog, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelUse sends kernel/use; see [Server].
func (s ServerStub) KernelUse(ctx context.Context, params *KernelUseParams) (*KernelUseResult, error) {
	result := new(KernelUseResult)
	if err := s.Call(ctx, MethodKernelUse, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// KernelLink sends kernel/link; see [Server].
func (s ServerStub) KernelLink(ctx context.Context, params *KernelLinkParams) (*KernelLinkResult, error) {
	result := new(KernelLinkResult)
	if err := s.Call(ctx, MethodKernelLink, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FilePlaces sends file/places; see [Server].
func (s ServerStub) FilePlaces(ctx context.Context, params *FilePlacesParams) (*FilePlacesResult, error) {
	result := new(FilePlacesResult)
	if err := s.Call(ctx, MethodFilePlaces, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileList sends file/list; see [Server].
func (s ServerStub) FileList(ctx context.Context, params *FileListParams) (*FileListResult, error) {
	result := new(FileListResult)
	if err := s.Call(ctx, MethodFileList, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileStat sends file/stat; see [Server].
func (s ServerStub) FileStat(ctx context.Context, params *FileStatParams) (*FileStatResult, error) {
	result := new(FileStatResult)
	if err := s.Call(ctx, MethodFileStat, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileRead sends file/read; see [Server].
func (s ServerStub) FileRead(ctx context.Context, params *FileReadParams) (*FileReadResult, error) {
	result := new(FileReadResult)
	if err := s.Call(ctx, MethodFileRead, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileWrite sends file/write; see [Server].
func (s ServerStub) FileWrite(ctx context.Context, params *FileWriteParams) (*FileWriteResult, error) {
	result := new(FileWriteResult)
	if err := s.Call(ctx, MethodFileWrite, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileMkdir sends file/mkdir; see [Server].
func (s ServerStub) FileMkdir(ctx context.Context, params *FileMkdirParams) (*FileMkdirResult, error) {
	result := new(FileMkdirResult)
	if err := s.Call(ctx, MethodFileMkdir, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileRename sends file/rename; see [Server].
func (s ServerStub) FileRename(ctx context.Context, params *FileRenameParams) (*FileRenameResult, error) {
	result := new(FileRenameResult)
	if err := s.Call(ctx, MethodFileRename, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileDelete sends file/delete; see [Server].
func (s ServerStub) FileDelete(ctx context.Context, params *FileDeleteParams) (*FileDeleteResult, error) {
	result := new(FileDeleteResult)
	if err := s.Call(ctx, MethodFileDelete, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileUpload sends file/upload; see [Server].
func (s ServerStub) FileUpload(ctx context.Context, params *FileUploadParams) (*FileTransferResult, error) {
	result := new(FileTransferResult)
	if err := s.Call(ctx, MethodFileUpload, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// FileDownload sends file/download; see [Server].
func (s ServerStub) FileDownload(ctx context.Context, params *FileDownloadParams) (*FileTransferResult, error) {
	result := new(FileTransferResult)
	if err := s.Call(ctx, MethodFileDownload, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ProjectScan sends project/scan; see [Server].
func (s ServerStub) ProjectScan(ctx context.Context, params *ProjectScanParams) (*ProjectScanResult, error) {
	result := new(ProjectScanResult)
	if err := s.Call(ctx, MethodProjectScan, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ProjectPush sends project/push; see [Server].
func (s ServerStub) ProjectPush(ctx context.Context, params *ProjectPushParams) (*ProjectPushResult, error) {
	result := new(ProjectPushResult)
	if err := s.Call(ctx, MethodProjectPush, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ProjectChanges sends project/changes; see [Server].
func (s ServerStub) ProjectChanges(ctx context.Context, params *ProjectChangesParams) (*ProjectChangesResult, error) {
	result := new(ProjectChangesResult)
	if err := s.Call(ctx, MethodProjectChanges, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ProjectPull sends project/pull; see [Server].
func (s ServerStub) ProjectPull(ctx context.Context, params *ProjectPullParams) (*FileTransferResult, error) {
	result := new(FileTransferResult)
	if err := s.Call(ctx, MethodProjectPull, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ShellOpen sends shell/open; see [Server].
func (s ServerStub) ShellOpen(ctx context.Context, params *ShellOpenParams) (*ShellOpenResult, error) {
	result := new(ShellOpenResult)
	if err := s.Call(ctx, MethodShellOpen, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ShellInput sends shell/input; see [Server].
func (s ServerStub) ShellInput(ctx context.Context, params *ShellInputParams) (*ShellInputResult, error) {
	result := new(ShellInputResult)
	if err := s.Call(ctx, MethodShellInput, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ShellResize sends shell/resize; see [Server].
func (s ServerStub) ShellResize(ctx context.Context, params *ShellResizeParams) (*ShellResizeResult, error) {
	result := new(ShellResizeResult)
	if err := s.Call(ctx, MethodShellResize, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ShellSignal sends shell/signal; see [Server].
func (s ServerStub) ShellSignal(ctx context.Context, params *ShellSignalParams) (*ShellSignalResult, error) {
	result := new(ShellSignalResult)
	if err := s.Call(ctx, MethodShellSignal, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ShellClose sends shell/close; see [Server].
func (s ServerStub) ShellClose(ctx context.Context, params *ShellCloseParams) (*ShellCloseResult, error) {
	result := new(ShellCloseResult)
	if err := s.Call(ctx, MethodShellClose, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ClientStub calls a client's requests and notifies it over any JSON-RPC connection.
type ClientStub struct {
	// Call sends a request and fills result with the answer.
	Call func(ctx context.Context, method string, params, result any) error
	// Notify sends a notification.
	Notify func(ctx context.Context, method string, params any) error
}

var (
	_ Client              = ClientStub{}
	_ ClientNotifications = ClientStub{}
)

// PromptSecret sends prompt/secret; see [Client].
func (s ClientStub) PromptSecret(ctx context.Context, params *PromptSecretParams) (*PromptSecretResult, error) {
	result := new(PromptSecretResult)
	if err := s.Call(ctx, MethodPromptSecret, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// PromptConfirm sends prompt/confirm; see [Client].
func (s ClientStub) PromptConfirm(ctx context.Context, params *PromptConfirmParams) (*PromptConfirmResult, error) {
	result := new(PromptConfirmResult)
	if err := s.Call(ctx, MethodPromptConfirm, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// ShellOutput sends shell/output; see [Client].
func (s ClientStub) ShellOutput(ctx context.Context, params *ShellOutputParams) (*ShellOutputResult, error) {
	result := new(ShellOutputResult)
	if err := s.Call(ctx, MethodShellOutput, params, result); err != nil {
		return nil, err
	}
	return result, nil
}

// SessionDidChange sends session/didChange; see [ClientNotifications].
func (s ClientStub) SessionDidChange(ctx context.Context, params *SessionDidChangeParams) error {
	return s.Notify(ctx, MethodSessionDidChange, params)
}

// Progress sends $/progress; see [ClientNotifications].
func (s ClientStub) Progress(ctx context.Context, params *ProgressParams) error {
	return s.Notify(ctx, MethodProgress, params)
}

// ShowMessage sends window/showMessage; see [ClientNotifications].
func (s ClientStub) ShowMessage(ctx context.Context, params *ShowMessageParams) error {
	return s.Notify(ctx, MethodShowMessage, params)
}

// LogMessage sends window/logMessage; see [ClientNotifications].
func (s ClientStub) LogMessage(ctx context.Context, params *LogMessageParams) error {
	return s.Notify(ctx, MethodLogMessage, params)
}

// ShellDidEnd sends shell/didEnd; see [ClientNotifications].
func (s ClientStub) ShellDidEnd(ctx context.Context, params *ShellDidEndParams) error {
	return s.Notify(ctx, MethodShellDidEnd, params)
}
