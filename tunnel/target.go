package tunnel

import (
	"net"
	"strconv"
	"strings"
	"time"
)

// StrictHostKeyChecking yes means: an unknown host is refused unasked.
const strictYes = "yes"

// Target is a host with all that ssh's configuration says about reaching it.
// Resolve makes one; paths in it are absolute.
type Target struct {
	// Name is the host as the person named it, Host the name or address to connect to.
	Name, Host string
	// Port is 1-65535.
	Port int
	// User is our name there.
	User string

	// IdentityFiles are private or public key files, in the order to try; they need not exist.
	IdentityFiles []string
	// IdentitiesOnly: of the agent's keys, offer those in IdentityFiles alone.
	IdentitiesOnly bool
	// Agent is the agent's socket; empty: no agent.
	Agent string
	// PublicKey, Keyboard and Password say which ways to log in are allowed.
	PublicKey, Keyboard, Password bool

	// KnownHosts are the user's known_hosts files; the first is written to.
	KnownHosts []string
	// GlobalKnownHosts are the system's, never written to.
	GlobalKnownHosts []string
	// HostKeyAlias stands for Host in known_hosts; may be empty.
	HostKeyAlias string
	// HashKnownHosts: write names hashed.
	HashKnownHosts bool
	// Strict is StrictHostKeyChecking; "yes" refuses unknown hosts unasked.
	Strict string

	// Via is the host to go through first (ProxyJump); nil: none.
	Via *Target
	// ProxyCommand is a command line whose stdin and stdout carry the
	// connection, tokens expanded; empty: none.
	ProxyCommand string
	// Network is tcp, tcp4 or tcp6.
	Network string
	// ConnectTimeout is the configuration's; 0: not set there.
	ConnectTimeout time.Duration

	// Warnings say what the resolution could not know.
	Warnings []string
}

// Address is Host and Port as net.Dial takes them.
func (t *Target) Address() string {
	return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
}

// knownName is the address under which known_hosts knows the host. Names are
// compared in lower case; an alias stands alone, without the port.
func (t *Target) knownName() string {
	if t.HostKeyAlias != "" {
		return net.JoinHostPort(strings.ToLower(t.HostKeyAlias), "22")
	}
	return net.JoinHostPort(strings.ToLower(t.Host), strconv.Itoa(t.Port))
}

// label is the host in messages: what the person typed, and the real address
// where that is another.
func (t *Target) label() string {
	label := t.Host
	if t.Name != "" && !strings.EqualFold(t.Name, t.Host) {
		label = t.Name + " (" + t.Host + ")"
	}
	if t.Port != 22 {
		label += " port " + strconv.Itoa(t.Port)
	}
	return label
}

// timeout is how long to wait for the host to speak.
func (t *Target) timeout(opts *Options) time.Duration {
	switch {
	case opts.ConnectTimeout > 0:
		return opts.ConnectTimeout
	case t.ConnectTimeout > 0:
		return t.ConnectTimeout
	}
	return DefaultConnectTimeout
}
