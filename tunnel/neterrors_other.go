//go:build !windows

package tunnel

import "syscall"

// What the system says of a connection that is refused, and of one that the far
// end has closed.
var (
	refusals = []error{syscall.ECONNREFUSED}
	resets   = []error{syscall.ECONNRESET, syscall.EPIPE}
)
