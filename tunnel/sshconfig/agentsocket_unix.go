//go:build !windows

package sshconfig

import "os"

// defaultAgent returns the agent if the configuration names none.
func defaultAgent() string { return os.Getenv("SSH_AUTH_SOCK") }
