package sshauth

import (
	"bytes"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// changeRequest is in the library's error where a host answers a password with the
// wish for a new one (RFC 4252 section 8).
const changeRequest = "unexpected message type 60"

// SaysExpired reports whether these are sshd's words instead of a command's, where it lets
// somebody in and runs nothing: it would run passwd, for which there is no terminal.
func SaysExpired(stderr []byte) bool {
	return bytes.Contains(stderr, []byte("Password change required but no TTY available"))
}

// PasswordExpiredError: the host does nothing before the password is changed.
func PasswordExpiredError(t *sshconfig.Target) error {
	return &fault.Error{Code: fault.AuthRefused, Tried: "logging in to " + t.Label() + " as " + t.User,
		Answer: "the password there has expired, and the host wants a new one first",
		Advice: "Log in once with `ssh " + t.Name + "` in a terminal, change it there, and start again."}
}
