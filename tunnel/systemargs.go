package tunnel

import (
	"strconv"
	"time"
)

// systemArguments are those with which an ssh program makes the connection to t and
// offers it at a socket. They go before the configuration, which decides the rest: whom
// to trust, with what to log in, and through what.
func (t *Target) systemArguments(socket string, opts *Options) []string {
	seconds := func(d time.Duration) string { return strconv.Itoa(max(1, int(d/time.Second))) }
	alive := keepaliveTimes{}.orDefault().soonerFor(t)
	args := []string{"-M", "-N", "-T", "-S", socket}
	if t.ConfigFile != "" {
		args = append(args, "-F", t.ConfigFile)
	}
	for _, option := range []string{
		"IgnoreUnknown=RemoteCommand,ForkAfterAuthentication,StdinNull", // newer than some programs
		"LogLevel=DEBUG1", // by which we know how far it is
		"ControlPersist=no",
		"NumberOfPasswordPrompts=1",
		"ConnectTimeout=" + seconds(t.timeout(opts)),
		"ServerAliveInterval=" + seconds(alive.interval),
		"ServerAliveCountMax=" + strconv.Itoa(max(1, int(alive.patience/alive.interval))),
		"ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "RequestTTY=no",
		"RemoteCommand=none", "ForkAfterAuthentication=no", "StdinNull=no",
	} {
		args = append(args, "-o", option)
	}
	for option, allowed := range map[string]bool{"PasswordAuthentication": t.Password, "KbdInteractiveAuthentication": t.Keyboard} {
		if !allowed {
			args = append(args, "-o", option+"=no")
		}
	}
	return append(args, "-l", t.User, "--", t.Name)
}
