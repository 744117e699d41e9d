package openssh

import (
	"time"

	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
)

// Config is what a connection needs besides its target.
type Config struct {
	// Prompter may be nil: nothing is asked.
	Prompter prompts.Prompter
	// Notify is called with the progress of the login, and with the host's messages.
	Notify func(prompts.Notice)
	// Keys sign for hosts behind this one, once they are unlocked for the program.
	Keys *sshauth.Keyring
	// Sockets is a private directory for sockets; empty: they are among the temporary files.
	Sockets string
	// ConnectTimeout overrides the configuration's; 0: it does not.
	ConnectTimeout time.Duration
	// AliveInterval is after how much silence the host is probed, AlivePatience how long it may take to reply.
	AliveInterval, AlivePatience time.Duration
}
