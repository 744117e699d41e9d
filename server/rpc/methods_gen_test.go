// Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT.

package rpc

import (
	"context"

	"github.com/sa2c/sunpyter/protocol"
)

// serverStub answers each request by a function, which fills result.
type serverStub func(ctx context.Context, method string, params, result any) error

func (s serverStub) Initialize(ctx context.Context, params *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	result := new(protocol.InitializeResult)
	return result, s(ctx, protocol.MethodInitialize, params, result)
}

func (s serverStub) Shutdown(ctx context.Context) (*protocol.ShutdownResult, error) {
	result := new(protocol.ShutdownResult)
	return result, s(ctx, protocol.MethodShutdown, nil, result)
}

func (s serverStub) ClusterList(ctx context.Context, params *protocol.ClusterListParams) (*protocol.ClusterListResult, error) {
	result := new(protocol.ClusterListResult)
	return result, s(ctx, protocol.MethodClusterList, params, result)
}

func (s serverStub) ClusterCheck(ctx context.Context, params *protocol.ClusterCheckParams) (*protocol.ClusterCheckResult, error) {
	result := new(protocol.ClusterCheckResult)
	return result, s(ctx, protocol.MethodClusterCheck, params, result)
}

func (s serverStub) ClusterResources(ctx context.Context, params *protocol.ClusterResourcesParams) (*protocol.ClusterResourcesResult, error) {
	result := new(protocol.ClusterResourcesResult)
	return result, s(ctx, protocol.MethodClusterResources, params, result)
}

func (s serverStub) ClusterEnvironments(ctx context.Context, params *protocol.ClusterEnvironmentsParams) (*protocol.ClusterEnvironmentsResult, error) {
	result := new(protocol.ClusterEnvironmentsResult)
	return result, s(ctx, protocol.MethodClusterEnvironments, params, result)
}

func (s serverStub) EnvironmentChange(ctx context.Context, params *protocol.EnvironmentChangeParams) (*protocol.EnvironmentChangeResult, error) {
	result := new(protocol.EnvironmentChangeResult)
	return result, s(ctx, protocol.MethodEnvironmentChange, params, result)
}

func (s serverStub) ClusterEstimates(ctx context.Context, params *protocol.ClusterEstimatesParams) (*protocol.ClusterEstimatesResult, error) {
	result := new(protocol.ClusterEstimatesResult)
	return result, s(ctx, protocol.MethodClusterEstimates, params, result)
}

func (s serverStub) KernelStart(ctx context.Context, params *protocol.KernelStartParams) (*protocol.KernelStartResult, error) {
	result := new(protocol.KernelStartResult)
	return result, s(ctx, protocol.MethodKernelStart, params, result)
}

func (s serverStub) KernelTakeOver(ctx context.Context, params *protocol.KernelTakeOverParams) (*protocol.KernelStartResult, error) {
	result := new(protocol.KernelStartResult)
	return result, s(ctx, protocol.MethodKernelTakeOver, params, result)
}

func (s serverStub) KernelReconnect(ctx context.Context, params *protocol.KernelReconnectParams) (*protocol.KernelReconnectResult, error) {
	result := new(protocol.KernelReconnectResult)
	return result, s(ctx, protocol.MethodKernelReconnect, params, result)
}

func (s serverStub) KernelList(ctx context.Context, params *protocol.KernelListParams) (*protocol.KernelListResult, error) {
	result := new(protocol.KernelListResult)
	return result, s(ctx, protocol.MethodKernelList, params, result)
}

func (s serverStub) KernelStop(ctx context.Context, params *protocol.KernelStopParams) (*protocol.KernelStopResult, error) {
	result := new(protocol.KernelStopResult)
	return result, s(ctx, protocol.MethodKernelStop, params, result)
}

func (s serverStub) KernelKeepAlive(ctx context.Context, params *protocol.KernelKeepAliveParams) (*protocol.KernelKeepAliveResult, error) {
	result := new(protocol.KernelKeepAliveResult)
	return result, s(ctx, protocol.MethodKernelKeepAlive, params, result)
}

func (s serverStub) KernelLog(ctx context.Context, params *protocol.KernelLogParams) (*protocol.KernelLogResult, error) {
	result := new(protocol.KernelLogResult)
	return result, s(ctx, protocol.MethodKernelLog, params, result)
}

func (s serverStub) KernelUse(ctx context.Context, params *protocol.KernelUseParams) (*protocol.KernelUseResult, error) {
	result := new(protocol.KernelUseResult)
	return result, s(ctx, protocol.MethodKernelUse, params, result)
}

func (s serverStub) KernelLink(ctx context.Context, params *protocol.KernelLinkParams) (*protocol.KernelLinkResult, error) {
	result := new(protocol.KernelLinkResult)
	return result, s(ctx, protocol.MethodKernelLink, params, result)
}

func (s serverStub) FilePlaces(ctx context.Context, params *protocol.FilePlacesParams) (*protocol.FilePlacesResult, error) {
	result := new(protocol.FilePlacesResult)
	return result, s(ctx, protocol.MethodFilePlaces, params, result)
}

func (s serverStub) FileList(ctx context.Context, params *protocol.FileListParams) (*protocol.FileListResult, error) {
	result := new(protocol.FileListResult)
	return result, s(ctx, protocol.MethodFileList, params, result)
}

func (s serverStub) FileStat(ctx context.Context, params *protocol.FileStatParams) (*protocol.FileStatResult, error) {
	result := new(protocol.FileStatResult)
	return result, s(ctx, protocol.MethodFileStat, params, result)
}

func (s serverStub) FileRead(ctx context.Context, params *protocol.FileReadParams) (*protocol.FileReadResult, error) {
	result := new(protocol.FileReadResult)
	return result, s(ctx, protocol.MethodFileRead, params, result)
}

func (s serverStub) FileWrite(ctx context.Context, params *protocol.FileWriteParams) (*protocol.FileWriteResult, error) {
	result := new(protocol.FileWriteResult)
	return result, s(ctx, protocol.MethodFileWrite, params, result)
}

func (s serverStub) FileMkdir(ctx context.Context, params *protocol.FileMkdirParams) (*protocol.FileMkdirResult, error) {
	result := new(protocol.FileMkdirResult)
	return result, s(ctx, protocol.MethodFileMkdir, params, result)
}

func (s serverStub) FileRename(ctx context.Context, params *protocol.FileRenameParams) (*protocol.FileRenameResult, error) {
	result := new(protocol.FileRenameResult)
	return result, s(ctx, protocol.MethodFileRename, params, result)
}

func (s serverStub) FileDelete(ctx context.Context, params *protocol.FileDeleteParams) (*protocol.FileDeleteResult, error) {
	result := new(protocol.FileDeleteResult)
	return result, s(ctx, protocol.MethodFileDelete, params, result)
}

func (s serverStub) FileUpload(ctx context.Context, params *protocol.FileUploadParams) (*protocol.FileTransferResult, error) {
	result := new(protocol.FileTransferResult)
	return result, s(ctx, protocol.MethodFileUpload, params, result)
}

func (s serverStub) FileDownload(ctx context.Context, params *protocol.FileDownloadParams) (*protocol.FileTransferResult, error) {
	result := new(protocol.FileTransferResult)
	return result, s(ctx, protocol.MethodFileDownload, params, result)
}

func (s serverStub) ProjectScan(ctx context.Context, params *protocol.ProjectScanParams) (*protocol.ProjectScanResult, error) {
	result := new(protocol.ProjectScanResult)
	return result, s(ctx, protocol.MethodProjectScan, params, result)
}

func (s serverStub) ProjectPush(ctx context.Context, params *protocol.ProjectPushParams) (*protocol.ProjectPushResult, error) {
	result := new(protocol.ProjectPushResult)
	return result, s(ctx, protocol.MethodProjectPush, params, result)
}

func (s serverStub) ProjectChanges(ctx context.Context, params *protocol.ProjectChangesParams) (*protocol.ProjectChangesResult, error) {
	result := new(protocol.ProjectChangesResult)
	return result, s(ctx, protocol.MethodProjectChanges, params, result)
}

func (s serverStub) ProjectPull(ctx context.Context, params *protocol.ProjectPullParams) (*protocol.FileTransferResult, error) {
	result := new(protocol.FileTransferResult)
	return result, s(ctx, protocol.MethodProjectPull, params, result)
}

func (s serverStub) ShellOpen(ctx context.Context, params *protocol.ShellOpenParams) (*protocol.ShellOpenResult, error) {
	result := new(protocol.ShellOpenResult)
	return result, s(ctx, protocol.MethodShellOpen, params, result)
}

func (s serverStub) ShellInput(ctx context.Context, params *protocol.ShellInputParams) (*protocol.ShellInputResult, error) {
	result := new(protocol.ShellInputResult)
	return result, s(ctx, protocol.MethodShellInput, params, result)
}

func (s serverStub) ShellResize(ctx context.Context, params *protocol.ShellResizeParams) (*protocol.ShellResizeResult, error) {
	result := new(protocol.ShellResizeResult)
	return result, s(ctx, protocol.MethodShellResize, params, result)
}

func (s serverStub) ShellSignal(ctx context.Context, params *protocol.ShellSignalParams) (*protocol.ShellSignalResult, error) {
	result := new(protocol.ShellSignalResult)
	return result, s(ctx, protocol.MethodShellSignal, params, result)
}

func (s serverStub) ShellClose(ctx context.Context, params *protocol.ShellCloseParams) (*protocol.ShellCloseResult, error) {
	result := new(protocol.ShellCloseResult)
	return result, s(ctx, protocol.MethodShellClose, params, result)
}

// methodInfo is what is known of one method.
type methodInfo struct {
	owner     string     // the interface that has it
	newParams func() any // nil: it has none
	newResult func() any // nil: it is a notification
}

// methods are all methods of the wire, by name.
var methods = map[string]methodInfo{
	protocol.MethodInitialize:          {owner: "Server", newParams: func() any { return new(protocol.InitializeParams) }, newResult: func() any { return new(protocol.InitializeResult) }},
	protocol.MethodShutdown:            {owner: "Server", newResult: func() any { return new(protocol.ShutdownResult) }},
	protocol.MethodClusterList:         {owner: "Server", newParams: func() any { return new(protocol.ClusterListParams) }, newResult: func() any { return new(protocol.ClusterListResult) }},
	protocol.MethodClusterCheck:        {owner: "Server", newParams: func() any { return new(protocol.ClusterCheckParams) }, newResult: func() any { return new(protocol.ClusterCheckResult) }},
	protocol.MethodClusterResources:    {owner: "Server", newParams: func() any { return new(protocol.ClusterResourcesParams) }, newResult: func() any { return new(protocol.ClusterResourcesResult) }},
	protocol.MethodClusterEnvironments: {owner: "Server", newParams: func() any { return new(protocol.ClusterEnvironmentsParams) }, newResult: func() any { return new(protocol.ClusterEnvironmentsResult) }},
	protocol.MethodEnvironmentChange:   {owner: "Server", newParams: func() any { return new(protocol.EnvironmentChangeParams) }, newResult: func() any { return new(protocol.EnvironmentChangeResult) }},
	protocol.MethodClusterEstimates:    {owner: "Server", newParams: func() any { return new(protocol.ClusterEstimatesParams) }, newResult: func() any { return new(protocol.ClusterEstimatesResult) }},
	protocol.MethodKernelStart:         {owner: "Server", newParams: func() any { return new(protocol.KernelStartParams) }, newResult: func() any { return new(protocol.KernelStartResult) }},
	protocol.MethodKernelTakeOver:      {owner: "Server", newParams: func() any { return new(protocol.KernelTakeOverParams) }, newResult: func() any { return new(protocol.KernelStartResult) }},
	protocol.MethodKernelReconnect:     {owner: "Server", newParams: func() any { return new(protocol.KernelReconnectParams) }, newResult: func() any { return new(protocol.KernelReconnectResult) }},
	protocol.MethodKernelList:          {owner: "Server", newParams: func() any { return new(protocol.KernelListParams) }, newResult: func() any { return new(protocol.KernelListResult) }},
	protocol.MethodKernelStop:          {owner: "Server", newParams: func() any { return new(protocol.KernelStopParams) }, newResult: func() any { return new(protocol.KernelStopResult) }},
	protocol.MethodKernelKeepAlive:     {owner: "Server", newParams: func() any { return new(protocol.KernelKeepAliveParams) }, newResult: func() any { return new(protocol.KernelKeepAliveResult) }},
	protocol.MethodKernelLog:           {owner: "Server", newParams: func() any { return new(protocol.KernelLogParams) }, newResult: func() any { return new(protocol.KernelLogResult) }},
	protocol.MethodKernelUse:           {owner: "Server", newParams: func() any { return new(protocol.KernelUseParams) }, newResult: func() any { return new(protocol.KernelUseResult) }},
	protocol.MethodKernelLink:          {owner: "Server", newParams: func() any { return new(protocol.KernelLinkParams) }, newResult: func() any { return new(protocol.KernelLinkResult) }},
	protocol.MethodFilePlaces:          {owner: "Server", newParams: func() any { return new(protocol.FilePlacesParams) }, newResult: func() any { return new(protocol.FilePlacesResult) }},
	protocol.MethodFileList:            {owner: "Server", newParams: func() any { return new(protocol.FileListParams) }, newResult: func() any { return new(protocol.FileListResult) }},
	protocol.MethodFileStat:            {owner: "Server", newParams: func() any { return new(protocol.FileStatParams) }, newResult: func() any { return new(protocol.FileStatResult) }},
	protocol.MethodFileRead:            {owner: "Server", newParams: func() any { return new(protocol.FileReadParams) }, newResult: func() any { return new(protocol.FileReadResult) }},
	protocol.MethodFileWrite:           {owner: "Server", newParams: func() any { return new(protocol.FileWriteParams) }, newResult: func() any { return new(protocol.FileWriteResult) }},
	protocol.MethodFileMkdir:           {owner: "Server", newParams: func() any { return new(protocol.FileMkdirParams) }, newResult: func() any { return new(protocol.FileMkdirResult) }},
	protocol.MethodFileRename:          {owner: "Server", newParams: func() any { return new(protocol.FileRenameParams) }, newResult: func() any { return new(protocol.FileRenameResult) }},
	protocol.MethodFileDelete:          {owner: "Server", newParams: func() any { return new(protocol.FileDeleteParams) }, newResult: func() any { return new(protocol.FileDeleteResult) }},
	protocol.MethodFileUpload:          {owner: "Server", newParams: func() any { return new(protocol.FileUploadParams) }, newResult: func() any { return new(protocol.FileTransferResult) }},
	protocol.MethodFileDownload:        {owner: "Server", newParams: func() any { return new(protocol.FileDownloadParams) }, newResult: func() any { return new(protocol.FileTransferResult) }},
	protocol.MethodProjectScan:         {owner: "Server", newParams: func() any { return new(protocol.ProjectScanParams) }, newResult: func() any { return new(protocol.ProjectScanResult) }},
	protocol.MethodProjectPush:         {owner: "Server", newParams: func() any { return new(protocol.ProjectPushParams) }, newResult: func() any { return new(protocol.ProjectPushResult) }},
	protocol.MethodProjectChanges:      {owner: "Server", newParams: func() any { return new(protocol.ProjectChangesParams) }, newResult: func() any { return new(protocol.ProjectChangesResult) }},
	protocol.MethodProjectPull:         {owner: "Server", newParams: func() any { return new(protocol.ProjectPullParams) }, newResult: func() any { return new(protocol.FileTransferResult) }},
	protocol.MethodShellOpen:           {owner: "Server", newParams: func() any { return new(protocol.ShellOpenParams) }, newResult: func() any { return new(protocol.ShellOpenResult) }},
	protocol.MethodShellInput:          {owner: "Server", newParams: func() any { return new(protocol.ShellInputParams) }, newResult: func() any { return new(protocol.ShellInputResult) }},
	protocol.MethodShellResize:         {owner: "Server", newParams: func() any { return new(protocol.ShellResizeParams) }, newResult: func() any { return new(protocol.ShellResizeResult) }},
	protocol.MethodShellSignal:         {owner: "Server", newParams: func() any { return new(protocol.ShellSignalParams) }, newResult: func() any { return new(protocol.ShellSignalResult) }},
	protocol.MethodShellClose:          {owner: "Server", newParams: func() any { return new(protocol.ShellCloseParams) }, newResult: func() any { return new(protocol.ShellCloseResult) }},
	protocol.MethodClusterDidChange:    {owner: "ServerNotifications", newParams: func() any { return new(protocol.ClusterDidChangeParams) }},
	protocol.MethodExit:                {owner: "ServerNotifications"},
	protocol.MethodCancelRequest:       {owner: "ServerNotifications", newParams: func() any { return new(protocol.CancelParams) }},
	protocol.MethodPromptSecret:        {owner: "Client", newParams: func() any { return new(protocol.PromptSecretParams) }, newResult: func() any { return new(protocol.PromptSecretResult) }},
	protocol.MethodPromptConfirm:       {owner: "Client", newParams: func() any { return new(protocol.PromptConfirmParams) }, newResult: func() any { return new(protocol.PromptConfirmResult) }},
	protocol.MethodShellOutput:         {owner: "Client", newParams: func() any { return new(protocol.ShellOutputParams) }, newResult: func() any { return new(protocol.ShellOutputResult) }},
	protocol.MethodSessionDidChange:    {owner: "ClientNotifications", newParams: func() any { return new(protocol.SessionDidChangeParams) }},
	protocol.MethodProgress:            {owner: "ClientNotifications", newParams: func() any { return new(protocol.ProgressParams) }},
	protocol.MethodShowMessage:         {owner: "ClientNotifications", newParams: func() any { return new(protocol.ShowMessageParams) }},
	protocol.MethodLogMessage:          {owner: "ClientNotifications", newParams: func() any { return new(protocol.LogMessageParams) }},
	protocol.MethodShellDidEnd:         {owner: "ClientNotifications", newParams: func() any { return new(protocol.ShellDidEndParams) }},
}
