// Package fault is the shape of every error that users see: what was tried, what came
// back, what to do next, and a code that stays the same.
//
// It imports no other package of this module: the packages that talk to hosts and to Slurm
// return faults, and the server turns them into JSON-RPC errors.
package fault

import (
	"context"
	"errors"
	"strings"
)

// Code is the stable name of one kind of failure: programs may compare it, and users may
// search for it. Codes are added, never renamed. codes.go has all of them.
type Code string

// OnlineAdvice is the advice where a host cannot be reached.
const OnlineAdvice = "Check that this computer is online, and the VPN if the site needs one."

// Error is a failure, described so that users can act on it.
type Error struct {
	// Code is the stable name of this kind of failure.
	Code Code
	// Tried says what was being done: "connecting to sunbird.swansea.ac.uk port 22". It is
	// empty if Answer is enough: "job 12 reached its time limit".
	Tried string
	// Answer is what came back, as the other side worded it if it did.
	Answer string
	// Advice is what the user can do next.
	Advice string
	// Err is the cause, for the log and for errors.Is; may be nil.
	Err error `json:"-"`
}

// Error returns the three sentences in one line; an answer of several lines, such
// as the end of a log, is folded.
func (e *Error) Error() string {
	text, answer := e.Tried, strings.TrimSpace(e.Answer)
	if answer == "" && e.Err != nil {
		answer = e.Err.Error()
	}
	if text != "" && answer != "" {
		text += ": "
	}
	text += answer
	if e.Advice != "" {
		text = strings.TrimSuffix(text, ".") + ". " + e.Advice // messages of Windows end with a full stop
	}
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " | ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// As returns the first fault in err's chain, or nil.
func As(err error) *Error {
	f, _ := errors.AsType[*Error](err)
	return f
}

// CodeOf returns the code of the first fault in err's chain, or Internal if there is none:
// an error without a code is a bug.
func CodeOf(err error) Code {
	if f := As(err); f != nil {
		return f.Code
	}
	return Internal
}

// Is reports whether the first fault in err's chain has this code.
func Is(err error, code Code) bool {
	f := As(err)
	return f != nil && f.Code == code
}

// AnswerOf returns what came back, for a sentence about err.
func AnswerOf(err error) string {
	if f := As(err); f != nil && f.Answer != "" {
		return f.Answer
	}
	return err.Error()
}

// ContextError returns the error of a call whose context is done: cancelled, or past its
// deadline.
func ContextError(ctx context.Context, tried string) error {
	if ctx.Err() == context.DeadlineExceeded {
		return &Error{Code: ConnectTimeout, Tried: tried, Answer: "no answer in time",
			Advice: "The network or the host is slow. Try again in a moment.", Err: ctx.Err()}
	}
	return &Error{Code: Cancelled, Tried: tried, Answer: "it was cancelled", Err: ctx.Err()}
}

// NeedsUserAction reports whether err stays until the user does something. It is never
// retried automatically.
func NeedsUserAction(err error) bool {
	switch CodeOf(err) {
	case AuthRefused, PromptUnanswered, NoKey, HostKeyUnknown, HostKeyChanged:
		return true
	}
	return false
}

// IsTransient reports whether a retry may help: never after a refused login or a
// wrong host key.
func IsTransient(err error) bool {
	switch CodeOf(err) {
	case ConnectRefused, ConnectTimeout, ConnectFailed, HostUnknown, LinkLost, HandshakeFailed, CommandFailed:
		return true
	}
	return false
}
