// Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT.

package protocol

import (
	"context"
	"errors"
)

// The names of the methods on the wire.
const (
	MethodInitialize          = "initialize"           // see [Server.Initialize]
	MethodShutdown            = "shutdown"             // see [Server.Shutdown]
	MethodClusterList         = "cluster/list"         // see [Server.ClusterList]
	MethodClusterCheck        = "cluster/check"        // see [Server.ClusterCheck]
	MethodClusterResources    = "cluster/resources"    // see [Server.ClusterResources]
	MethodClusterEnvironments = "cluster/environments" // see [Server.ClusterEnvironments]
	MethodEnvironmentChange   = "environment/change"   // see [Server.EnvironmentChange]
	MethodClusterEstimates    = "cluster/estimates"    // see [Server.ClusterEstimates]
	MethodKernelStart         = "kernel/start"         // see [Server.KernelStart]
	MethodKernelTakeOver      = "kernel/takeOver"      // see [Server.KernelTakeOver]
	MethodKernelReconnect     = "kernel/reconnect"     // see [Server.KernelReconnect]
	MethodKernelList          = "kernel/list"          // see [Server.KernelList]
	MethodKernelStop          = "kernel/stop"          // see [Server.KernelStop]
	MethodKernelKeepAlive     = "kernel/keepAlive"     // see [Server.KernelKeepAlive]
	MethodKernelLog           = "kernel/log"           // see [Server.KernelLog]
	MethodKernelUse           = "kernel/use"           // see [Server.KernelUse]
	MethodKernelLink          = "kernel/link"          // see [Server.KernelLink]
	MethodFilePlaces          = "file/places"          // see [Server.FilePlaces]
	MethodFileList            = "file/list"            // see [Server.FileList]
	MethodFileStat            = "file/stat"            // see [Server.FileStat]
	MethodFileRead            = "file/read"            // see [Server.FileRead]
	MethodFileWrite           = "file/write"           // see [Server.FileWrite]
	MethodFileMkdir           = "file/mkdir"           // see [Server.FileMkdir]
	MethodFileRename          = "file/rename"          // see [Server.FileRename]
	MethodFileDelete          = "file/delete"          // see [Server.FileDelete]
	MethodFileUpload          = "file/upload"          // see [Server.FileUpload]
	MethodFileDownload        = "file/download"        // see [Server.FileDownload]
	MethodProjectScan         = "project/scan"         // see [Server.ProjectScan]
	MethodProjectPush         = "project/push"         // see [Server.ProjectPush]
	MethodProjectChanges      = "project/changes"      // see [Server.ProjectChanges]
	MethodProjectPull         = "project/pull"         // see [Server.ProjectPull]
	MethodShellOpen           = "shell/open"           // see [Server.ShellOpen]
	MethodShellInput          = "shell/input"          // see [Server.ShellInput]
	MethodShellResize         = "shell/resize"         // see [Server.ShellResize]
	MethodShellSignal         = "shell/signal"         // see [Server.ShellSignal]
	MethodShellClose          = "shell/close"          // see [Server.ShellClose]
	MethodClusterDidChange    = "cluster/didChange"    // see [ServerNotifications.ClusterDidChange]
	MethodExit                = "exit"                 // see [ServerNotifications.Exit]
	MethodCancelRequest       = "$/cancelRequest"      // see [ServerNotifications.CancelRequest]
	MethodPromptSecret        = "prompt/secret"        // see [Client.PromptSecret]
	MethodPromptConfirm       = "prompt/confirm"       // see [Client.PromptConfirm]
	MethodShellOutput         = "shell/output"         // see [Client.ShellOutput]
	MethodSessionDidChange    = "session/didChange"    // see [ClientNotifications.SessionDidChange]
	MethodProgress            = "$/progress"           // see [ClientNotifications.Progress]
	MethodShowMessage         = "window/showMessage"   // see [ClientNotifications.ShowMessage]
	MethodLogMessage          = "window/logMessage"    // see [ClientNotifications.LogMessage]
	MethodShellDidEnd         = "shell/didEnd"         // see [ClientNotifications.ShellDidEnd]
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
		return answer(ctx, s.Initialize, decode)
	case MethodShutdown:
		return s.Shutdown(ctx)
	case MethodClusterList:
		return answer(ctx, s.ClusterList, decode)
	case MethodClusterCheck:
		return answer(ctx, s.ClusterCheck, decode)
	case MethodClusterResources:
		return answer(ctx, s.ClusterResources, decode)
	case MethodClusterEnvironments:
		return answer(ctx, s.ClusterEnvironments, decode)
	case MethodEnvironmentChange:
		return answer(ctx, s.EnvironmentChange, decode)
	case MethodClusterEstimates:
		return answer(ctx, s.ClusterEstimates, decode)
	case MethodKernelStart:
		return answer(ctx, s.KernelStart, decode)
	case MethodKernelTakeOver:
		return answer(ctx, s.KernelTakeOver, decode)
	case MethodKernelReconnect:
		return answer(ctx, s.KernelReconnect, decode)
	case MethodKernelList:
		return answer(ctx, s.KernelList, decode)
	case MethodKernelStop:
		return answer(ctx, s.KernelStop, decode)
	case MethodKernelKeepAlive:
		return answer(ctx, s.KernelKeepAlive, decode)
	case MethodKernelLog:
		return answer(ctx, s.KernelLog, decode)
	case MethodKernelUse:
		return answer(ctx, s.KernelUse, decode)
	case MethodKernelLink:
		return answer(ctx, s.KernelLink, decode)
	case MethodFilePlaces:
		return answer(ctx, s.FilePlaces, decode)
	case MethodFileList:
		return answer(ctx, s.FileList, decode)
	case MethodFileStat:
		return answer(ctx, s.FileStat, decode)
	case MethodFileRead:
		return answer(ctx, s.FileRead, decode)
	case MethodFileWrite:
		return answer(ctx, s.FileWrite, decode)
	case MethodFileMkdir:
		return answer(ctx, s.FileMkdir, decode)
	case MethodFileRename:
		return answer(ctx, s.FileRename, decode)
	case MethodFileDelete:
		return answer(ctx, s.FileDelete, decode)
	case MethodFileUpload:
		return answer(ctx, s.FileUpload, decode)
	case MethodFileDownload:
		return answer(ctx, s.FileDownload, decode)
	case MethodProjectScan:
		return answer(ctx, s.ProjectScan, decode)
	case MethodProjectPush:
		return answer(ctx, s.ProjectPush, decode)
	case MethodProjectChanges:
		return answer(ctx, s.ProjectChanges, decode)
	case MethodProjectPull:
		return answer(ctx, s.ProjectPull, decode)
	case MethodShellOpen:
		return answer(ctx, s.ShellOpen, decode)
	case MethodShellInput:
		return answer(ctx, s.ShellInput, decode)
	case MethodShellResize:
		return answer(ctx, s.ShellResize, decode)
	case MethodShellSignal:
		return answer(ctx, s.ShellSignal, decode)
	case MethodShellClose:
		return answer(ctx, s.ShellClose, decode)
	}
	return nil, ErrUnknownMethod
}

// answer calls a method with the parameters that decode fills.
func answer[P, R any](ctx context.Context, method func(context.Context, *P) (*R, error), decode func(any) error) (any, error) {
	params := new(P)
	if err := decode(params); err != nil {
		return nil, err
	}
	return method(ctx, params)
}

// ClientStub calls a client's requests and notifies it over any JSON-RPC connection.
type ClientStub struct {
	// Call sends a request and fills result with the answer.
	Call func(ctx context.Context, method string, params, result any) error
	// Notify sends a notification.
	Notify func(ctx context.Context, method string, params any) error
}

// PromptSecret sends prompt/secret; see [Client].
func (s ClientStub) PromptSecret(ctx context.Context, params *PromptSecretParams) (*PromptSecretResult, error) {
	result := new(PromptSecretResult)
	return result, s.Call(ctx, MethodPromptSecret, params, result)
}

// PromptConfirm sends prompt/confirm; see [Client].
func (s ClientStub) PromptConfirm(ctx context.Context, params *PromptConfirmParams) (*PromptConfirmResult, error) {
	result := new(PromptConfirmResult)
	return result, s.Call(ctx, MethodPromptConfirm, params, result)
}

// ShellOutput sends shell/output; see [Client].
func (s ClientStub) ShellOutput(ctx context.Context, params *ShellOutputParams) (*ShellOutputResult, error) {
	result := new(ShellOutputResult)
	return result, s.Call(ctx, MethodShellOutput, params, result)
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
