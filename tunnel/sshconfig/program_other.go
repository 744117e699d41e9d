//go:build !windows

package sshconfig

// openSSH is the system's ssh program.
func openSSH() string { return "ssh" }

// installSSH says how to install that program.
const installSSH = "Install OpenSSH's client (the package openssh-client or openssh-clients), so that ssh works in a terminal."

// native returns a path of ssh in the system's form.
func native(path string) string { return path }
