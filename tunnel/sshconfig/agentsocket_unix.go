//go:build !windows

package sshconfig

import "os"

// defaultAgent is the agent where the configuration names none.
func defaultAgent() string { return os.Getenv("SSH_AUTH_SOCK") }
