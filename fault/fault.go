// Package fault is the shape of every error that a user can meet: what was
// tried, what came back, what to do next, and a code that stays the same.
//
// It is a leaf: the packages that talk to hosts and to Slurm make faults, the
// server turns them into JSON-RPC errors, and neither has to know the other.
package fault

import (
	"errors"
	"strings"
)

// Code names one kind of failure for ever: programs may compare it, people may
// search for it. Codes are added, never renamed. All of them stand in codes.go.
type Code string

// Error is a failure in words that a researcher can act on.
type Error struct {
	// Code is the stable name of this kind of failure.
	Code Code
	// Tried says what was being done: "connecting to sunbird.swansea.ac.uk port 22".
	Tried string
	// Answer is what came back, in the other side's own words where it gave any.
	Answer string
	// Advice is what the user can do next.
	Advice string
	// Err is the cause, for the log and for errors.Is; may be nil.
	Err error
}

// Error returns the three sentences in one line; an answer of several lines, such
// as the end of a log, is folded.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Tried)
	if e.Answer != "" {
		b.WriteString(": ")
		b.WriteString(strings.TrimSpace(e.Answer))
	} else if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	if e.Advice != "" {
		if !strings.HasSuffix(b.String(), ".") { // what Windows answers ends with one
			b.WriteByte('.')
		}
		b.WriteString(" " + e.Advice)
	}
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' || r == '\r' }), " | ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf finds the code of the first fault in err's chain, or Internal when
// there is none: an error without a code is a mistake of ours.
func CodeOf(err error) Code {
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Code
	}
	return Internal
}

// Is reports whether the first fault in err's chain has this code.
func Is(err error, code Code) bool {
	f, ok := errors.AsType[*Error](err)
	return ok && f.Code == code
}
