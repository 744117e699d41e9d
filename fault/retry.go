package fault

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
