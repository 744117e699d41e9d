//go:build !windows

package sshconfig

// openSSH is the system's ssh program.
func openSSH() string { return "ssh" }

// installSSH is how to get that program.
const installSSH = "Install OpenSSH's client (the package openssh-client or openssh-clients), so that ssh works in a terminal."

// native returns a path of ssh's as the system writes it.
func native(path string) string { return path }
