package protocol

// Version is the protocol's version. It is raised only if a client of the previous version
// could misunderstand something; members and methods are added without it.
const Version = 2

// MaxFrameBytes bounds the body of one frame in either direction, in bytes.
const MaxFrameBytes = 4 << 20

// InitializeParams describes the client.
type InitializeParams struct {
	// ProtocolVersion is the version that the client speaks: 2.
	ProtocolVersion int `json:"protocolVersion"`
	// ClientInfo names the client, for the log.
	ClientInfo *ProgramInfo `json:"clientInfo,omitzero"`
	// CommandLine is true for a client in a terminal. Texts name the options and commands
	// of sunpyter then; otherwise they name settings and commands as an editor shows them.
	CommandLine bool `json:"commandLine,omitzero"`
	// ReloadGraceSeconds is how long after the end of stdin, or shutdown, the client's
	// kernels wait to be taken over, for a client whose window may only be reloading.
	// 0, the default: they are cancelled at once. At most 300.
	ReloadGraceSeconds int `json:"reloadGraceSeconds,omitzero"`
	// KeepLoginSeconds is how long the connection to a cluster stays open after the
	// client has ended, so that the user's next window or command need not log in again.
	// 0, the default, is the reload grace; at most 600.
	KeepLoginSeconds int `json:"keepLoginSeconds,omitzero"`
	// Clusters are the profiles of the editor's settings; see [ClusterProfile].
	// cluster/didChange replaces them.
	Clusters []ClusterProfile `json:"clusters,omitzero"`
}

// ProgramInfo names a program.
type ProgramInfo struct {
	// Name is the program's name.
	Name string `json:"name"`
	// Version is the program's version, in its own form.
	Version string `json:"version,omitzero"`
}

// InitializeResult describes the server.
type InitializeResult struct {
	// ProtocolVersion is the version that the server speaks.
	ProtocolVersion int `json:"protocolVersion"`
	// ServerInfo names the server.
	ServerInfo ProgramInfo `json:"serverInfo"`
	// ConfigFile is the user's configuration file, whether it exists or not.
	ConfigFile string `json:"configFile,omitzero"`
}

// ShutdownResult has the outcome for each of the client's kernels.
type ShutdownResult struct {
	// Released lists the outcome for each kernel of this client.
	Released []Release `json:"released"`
}

// CancelParams names the request to cancel.
type CancelParams struct {
	// ID is the request's id, a number or a string.
	ID any `json:"id"`
}

// LogLevel is the severity of a log line.
type LogLevel string

// The log levels, from severe to verbose.
const (
	// LogError: something failed.
	LogError LogLevel = "error"
	// LogWarning: something is unexpected, but work continues.
	LogWarning LogLevel = "warning"
	// LogInfo: a step that a user may want to see.
	LogInfo LogLevel = "info"
	// LogDebug: details for debugging.
	LogDebug LogLevel = "debug"
)

// LogMessageParams is one line for the log.
type LogMessageParams struct {
	// Level is its severity.
	Level LogLevel `json:"level"`
	// Message is the line.
	Message string `json:"message"`
}

// ShowMessageParams is a message for the user that needs no answer.
type ShowMessageParams struct {
	// Level is its severity; never debug.
	Level LogLevel `json:"level"`
	// Message is one line.
	Message string `json:"message"`
	// Detail is more text, of any number of lines: a host's banner, a public key.
	Detail string `json:"detail,omitzero"`
}

// ProgressKind is the kind of a progress notification.
type ProgressKind string

// The kinds, in order: one begin, any number of reports, one end.
const (
	// ProgressBegin: sent once, first.
	ProgressBegin ProgressKind = "begin"
	// ProgressReport: a new stage, or a change within it.
	ProgressReport ProgressKind = "report"
	// ProgressEnd: sent once, last, also if the request failed.
	ProgressEnd ProgressKind = "end"
)

// ProgressParams reports the progress of a request.
type ProgressParams struct {
	// Token is the request's progress token.
	Token string `json:"token"`
	// Kind is begin, report or end.
	Kind ProgressKind `json:"kind"`
	// Title is what the request does; only in begin.
	Title string `json:"title,omitzero"`
	// State is the session's state, if the request is about a session.
	State SessionState `json:"state,omitzero"`
	// Message is one line for the user.
	Message string `json:"message,omitzero"`
	// DoneBytes is how many bytes were transferred so far, if the request transfers files.
	DoneBytes int `json:"doneBytes,omitzero"`
	// TotalBytes is how many there are.
	TotalBytes int `json:"totalBytes,omitzero"`
}
