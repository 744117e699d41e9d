package openssh

import (
	"time"

	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
)

// Config is what a connection needs besides its target.
type Config struct {
	// Prompter may be nil: nobody is asked.
	Prompter prompts.Prompter
	// Notify is called with how far the login is, and what the host says.
	Notify func(prompts.Notice)
	// Keys sign for hosts behind this one, once the program has had them unlocked.
	Keys *sshauth.Keyring
	// Sockets is a private directory for sockets; empty: they are among the temporary files.
	Sockets string
	// ConnectTimeout overrides the configuration's; 0: it does not.
	ConnectTimeout time.Duration
	// AliveInterval is when a silent host is asked for a sign, alivePatience how long it may take.
	AliveInterval, AlivePatience time.Duration
}
