// Code generated from the Go types in protocol/ by go generate ./protocol. DO NOT EDIT.

package protocol_test

import "github.com/sa2c/sunpyter/protocol"

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
