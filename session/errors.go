package session

import (
	"context"
	"errors"

	"github.com/sa2c/sunpyter/fault"
)

// errStopped is the cause of an end that the owner asked for.
var errStopped = &fault.Error{Code: fault.Cancelled, Answer: "the kernel was stopped"}

// errGone means that the job's private directory is gone: the job is ending.
var errGone = errors.New("the job has left its node")

// errAbsent means that the private directory is not visible where a route leads.
var errAbsent = errors.New("the job's private folder is not there")

// NeedsUserAction reports whether err stays until the user does something. It is never
// retried automatically.
func NeedsUserAction(err error) bool {
	switch fault.CodeOf(err) {
	case fault.AuthRefused, fault.PromptUnanswered, fault.NoKey, fault.HostKeyUnknown, fault.HostKeyChanged:
		return true
	}
	return false
}

// isTransient reports whether a retry may help: never after a refused login or a
// wrong host key.
func isTransient(err error) bool {
	switch fault.CodeOf(err) {
	case fault.ConnectRefused, fault.ConnectTimeout, fault.ConnectFailed, fault.HostUnknown, fault.LinkLost, fault.HandshakeFailed, fault.CommandFailed:
		return true
	}
	return false
}

// isUnanswered reports whether a node did not answer.
func isUnanswered(err error) bool {
	code := fault.CodeOf(err)
	return code == fault.ConnectTimeout || code == fault.ConnectFailed || code == fault.ConnectRefused || errors.Is(err, context.DeadlineExceeded)
}

// answerOf returns what came back, for a sentence about err.
func answerOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Answer != "" {
		return f.Answer
	}
	return err.Error()
}

// isClosed reports whether the connection has ended.
func isClosed(login LoginConn) bool {
	select {
	case <-login.Done():
		return true
	default:
		return false
	}
}
