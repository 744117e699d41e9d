package openssh

import (
	"strconv"
	"time"

	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
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

// arguments returns the arguments with which an ssh program connects to t and listens on a
// control socket. They go before the configuration, which decides the rest: whom to trust,
// with what to log in, and through what.
func arguments(t *sshconfig.Target, socket string, cfg Config) []string {
	seconds := func(d time.Duration) string { return strconv.Itoa(max(1, int(d/time.Second))) }
	args := []string{"-M", "-N", "-T", "-S", socket}
	if t.ConfigFile != "" {
		args = append(args, "-F", t.ConfigFile)
	}
	for _, option := range []string{
		// Some of these are newer than some programs, and the user's own IgnoreUnknown would not
		// count after ours. A slip in the configuration was found by sshconfig.Resolve, which
		// asks the program without this.
		"IgnoreUnknown=*",
		"LogLevel=DEBUG1", // it shows the login's progress
		"ControlPersist=no",
		"NumberOfPasswordPrompts=1",
		"ConnectTimeout=" + seconds(t.Timeout(cfg.ConnectTimeout)),
		"ServerAliveInterval=" + seconds(cfg.AliveInterval),
		"ServerAliveCountMax=" + strconv.Itoa(max(1, int(cfg.AlivePatience/cfg.AliveInterval))),
		"ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "RequestTTY=no",
		"RemoteCommand=none", "ForkAfterAuthentication=no", "StdinNull=no",
	} {
		args = append(args, "-o", option)
	}
	for option, allowed := range map[string]bool{"PasswordAuthentication": t.Methods.Password, "KbdInteractiveAuthentication": t.Methods.Keyboard} {
		if !allowed {
			args = append(args, "-o", option+"=no")
		}
	}
	if !t.ConfiguredUser {
		args = append(args, "-l", t.User)
	}
	return append(args, "--", t.Name)
}
