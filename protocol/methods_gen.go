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
