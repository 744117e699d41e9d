//go:build !windows

package tunnel

import "syscall"

// What the system says of a connection that is refused, and of one that the far
// end has closed.
var (
	refusals = []error{syscall.ECONNREFUSED}
	resets   = []error{syscall.ECONNRESET, syscall.EPIPE}
)

// openSSH is the system's ssh program.
func openSSH() string { return "ssh" }

// installSSH says how to get that program.
const installSSH = "Install OpenSSH's client (the package openssh-client or openssh-clients), so that ssh works in a terminal."

// native gives a path of ssh's as the system writes it.
func native(path string) string { return path }
