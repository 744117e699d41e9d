package protocol

// Version is the protocol's version. It is raised only when a client written
// for the one before could misunderstand something; members and methods are
// added without it.
const Version = 2

// MaxFrameBytes bounds the body of one frame in either direction, in bytes.
const MaxFrameBytes = 4 << 20

// InitializeParams says who the client is.
type InitializeParams struct {
	// ProtocolVersion is the version that the client speaks: 2.
	ProtocolVersion int `json:"protocolVersion"`
	// ClientInfo names the client, for the log.
	ClientInfo *ProgramInfo `json:"clientInfo,omitzero"`
	// CommandLine is true for a client in a terminal. Texts name the options and commands
	// of sunpyter then; otherwise they name settings and commands as an editor shows them.
	CommandLine bool `json:"commandLine,omitzero"`
	// ReloadGraceSeconds is for a client whose window may only be reloading: so
	// long after the end of stdin, or shutdown, its kernels wait for a successor
	// to adopt them. 0, the default, means that the end of stdin cancels at once.
	// At most 300.
	ReloadGraceSeconds int `json:"reloadGraceSeconds,omitzero"`
	// KeepLoginSeconds is how long the connection to a cluster is kept after the
	// client's end, so that what the person does next on this computer need not log
	// in again. 0, the default, is the reload grace; at most 600.
	KeepLoginSeconds int `json:"keepLoginSeconds,omitzero"`
	// Clusters are the profiles that the person keeps in the editor's settings;
	// see [ClusterProfile]. They can change later: cluster/didChange.
	Clusters []ClusterProfile `json:"clusters,omitzero"`
}

// ProgramInfo names a program.
type ProgramInfo struct {
	// Name is the program's name.
	Name string `json:"name"`
	// Version is the program's version, in its own form.
	Version string `json:"version,omitzero"`
}

// InitializeResult says who the server is.
type InitializeResult struct {
	// ProtocolVersion is the version that will be spoken.
	ProtocolVersion int `json:"protocolVersion"`
	// ServerInfo names the server.
	ServerInfo ProgramInfo `json:"serverInfo"`
	// ConfigFile is the user's configuration file, whether it exists or not.
	ConfigFile string `json:"configFile,omitzero"`
}

// ShutdownResult says what became of the client's kernels.
type ShutdownResult struct {
	// Released lists the outcome for each kernel of this client.
	Released []Release `json:"released"`
}

// CancelParams names the request to cancel.
type CancelParams struct {
	// ID is the request's id, a number or a string.
	ID any `json:"id"`
}

// LogLevel is how grave a log line is.
type LogLevel string

// The log levels, from grave to chatty.
const (
	// LogError: something failed.
	LogError LogLevel = "error"
	// LogWarning: something is not as it should be.
	LogWarning LogLevel = "warning"
	// LogInfo: a step that a user may want to see.
	LogInfo LogLevel = "info"
	// LogDebug: for those who look for a fault.
	LogDebug LogLevel = "debug"
)

// LogMessageParams is one line for the log.
type LogMessageParams struct {
	// Level is how grave it is.
	Level LogLevel `json:"level"`
	// Message is the line.
	Message string `json:"message"`
}

// ShowMessageParams is something that the person should read and need not answer.
type ShowMessageParams struct {
	// Level is how grave it is; never debug.
	Level LogLevel `json:"level"`
	// Message is one line.
	Message string `json:"message"`
	// Detail is more, of any number of lines: a host's own words, a public key.
	Detail string `json:"detail,omitzero"`
}

// ProgressKind is the part of a progress that a notification tells.
type ProgressKind string

// The parts of a progress: one begin, any number of reports, one end.
const (
	// ProgressBegin: comes once, first.
	ProgressBegin ProgressKind = "begin"
	// ProgressReport: tells of a new stage or of news within it.
	ProgressReport ProgressKind = "report"
	// ProgressEnd: comes once, last, also when the request failed.
	ProgressEnd ProgressKind = "end"
)

// ProgressParams tells how far a request is.
type ProgressParams struct {
	// Token is the one that the request gave.
	Token string `json:"token"`
	// Kind is begin, report or end.
	Kind ProgressKind `json:"kind"`
	// Title says what the request does; with begin.
	Title string `json:"title,omitzero"`
	// State is the session's state, when the request is about a session.
	State SessionState `json:"state,omitzero"`
	// Message is one line for the person.
	Message string `json:"message,omitzero"`
}
