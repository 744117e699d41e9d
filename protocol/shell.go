package protocol

// ShellOpenParams is what to run, and in which kernel's job.
type ShellOpenParams struct {
	// SessionID is the session's id.
	SessionID string `json:"sessionId"`
	// ShellID is a name for the shell. The client chooses one that it has not used before.
	ShellID string `json:"shellId"`
	// Command is a command with its arguments, which no shell interprets. Default: the
	// user's shell.
	Command []string `json:"command,omitzero"`
	// WorkingDirectory is the folder on the cluster in which it starts, as an absolute path that
	// is written as in [FileEntry]. Default: the kernels' working directory.
	WorkingDirectory string `json:"workingDirectory,omitzero"`
	// Terminal runs it in a terminal.
	Terminal bool `json:"terminal,omitzero"`
	// Term is the type of the terminal, as in the variable TERM. Default: xterm-256color.
	Term string `json:"term,omitzero"`
	// ColorTerm is for the variable COLORTERM: "truecolor".
	ColorTerm string `json:"colorTerm,omitzero"`
	// Rows is the number of the terminal's rows. Default 24.
	Rows int `json:"rows,omitzero"`
	// Columns is the number of the terminal's columns. Default 80.
	Columns int `json:"columns,omitzero"`
	// Key returns to a terminal that an earlier run of the server left, as it does with
	// reloadGraceSeconds. Its last output comes first. If it has ended, the code is shell.lost.
	// The size counts, and no other option.
	Key string `json:"key,omitzero"`
}

// ShellOpenResult is a shell that runs.
type ShellOpenResult struct {
	// Node is the name of the node on which it runs.
	Node string `json:"node"`
	// Key returns to the shell after the client and its server were started anew.
	Key string `json:"key"`
}

// ShellInputParams is input for a shell.
type ShellInputParams struct {
	// ShellID is the shell's id.
	ShellID string `json:"shellId"`
	// Data is the input in base64, at most 1 MiB of it.
	Data string `json:"data,omitzero"`
	// End ends the input of a command after Data. Without effect in a terminal.
	End bool `json:"end,omitzero"`
}

// ShellInputResult has no members.
type ShellInputResult struct{}

// ShellResizeParams is the new size of a terminal.
type ShellResizeParams struct {
	// ShellID is the shell's id.
	ShellID string `json:"shellId"`
	// Rows is the number of rows.
	Rows int `json:"rows"`
	// Columns is the number of columns.
	Columns int `json:"columns"`
}

// ShellResizeResult has no members.
type ShellResizeResult struct{}

// ShellSignalName is the name of a signal, without SIG.
type ShellSignalName string

// The signals that can be sent.
const (
	// SignalInterrupt asks a command to stop, as Ctrl+C does.
	SignalInterrupt ShellSignalName = "INT"
	// SignalTerminate asks a command to end.
	SignalTerminate ShellSignalName = "TERM"
	// SignalHangUp says that the user has left.
	SignalHangUp ShellSignalName = "HUP"
	// SignalKill ends a command at once.
	SignalKill ShellSignalName = "KILL"
)

// ShellSignalParams is a signal for a command.
type ShellSignalParams struct {
	// ShellID is the shell's id.
	ShellID string `json:"shellId"`
	// Signal is the signal.
	Signal ShellSignalName `json:"signal"`
}

// ShellSignalResult has no members.
type ShellSignalResult struct{}

// ShellCloseParams names the shell to end.
type ShellCloseParams struct {
	// ShellID is the shell's id.
	ShellID string `json:"shellId"`
}

// ShellCloseResult has no members.
type ShellCloseResult struct{}

// ShellOutputParams is output of a shell.
type ShellOutputParams struct {
	// ShellID is the shell's id.
	ShellID string `json:"shellId"`
	// Data is the output in base64, at most 32 KiB of it. A character in UTF-8 may be split
	// between two of them.
	Data string `json:"data"`
	// Stderr is true for what a command outside of a terminal wrote to its standard error.
	Stderr bool `json:"stderr,omitzero"`
}

// ShellOutputResult has no members.
type ShellOutputResult struct{}

// ShellDidEndParams is how a shell ended.
type ShellDidEndParams struct {
	// ShellID is the shell's id.
	ShellID string `json:"shellId"`
	// ExitStatus is the exit status, or 128 and the number of the signal that ended it.
	ExitStatus int `json:"exitStatus"`
	// Problem is why its exit status is not known, if so: its kernel has ended, or it was lost.
	Problem *Problem `json:"problem,omitzero"`
}
