package protocol

// ErrorCode is the number in a JSON-RPC error object. It is the
// kind of the answer; the [Problem] in the error's data is what went wrong.
type ErrorCode int

// The numbers.
const (
	// ErrParse: the frame is not JSON.
	ErrParse ErrorCode = -32700
	// ErrInvalidRequest: not a request, initialize came twice, or a request came after shutdown.
	ErrInvalidRequest ErrorCode = -32600
	// ErrMethodNotFound: no such method.
	ErrMethodNotFound ErrorCode = -32601
	// ErrInvalidParams: a member has the wrong type or a value that is not allowed.
	ErrInvalidParams ErrorCode = -32602
	// ErrInternal: a bug in the server.
	ErrInternal ErrorCode = -32603
	// ErrNotInitialized: a request came before initialize.
	ErrNotInitialized ErrorCode = -32002
	// ErrRequestCancelled: cancelled by $/cancelRequest; everything begun was undone.
	ErrRequestCancelled ErrorCode = -32800
	// ErrVersion: the server does not speak the client's protocol version.
	ErrVersion ErrorCode = 1
	// ErrFailed: the request failed; data has the Problem.
	ErrFailed ErrorCode = 2
)

// Problem is an error, for users and programs: the data of a JSON-RPC error, and the cause
// of a session's end.
type Problem struct {
	// Code is stable: "ssh.host-unknown", "slurm.rejected", ...; package fault has them all.
	Code string `json:"code"`
	// Message is the whole in one line.
	Message string `json:"message"`
	// Tried is what was being done.
	Tried string `json:"tried,omitzero"`
	// Answer is what came back, in the other side's own words.
	Answer string `json:"answer,omitzero"`
	// Advice is what to do next.
	Advice string `json:"advice,omitzero"`
	// Choices are what the client can offer, the best first: other environments if a kernel
	// cannot run in the one of the request.
	Choices []Choice `json:"choices,omitzero"`
}
