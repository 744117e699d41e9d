package sshconfig

import (
	"cmp"
	"net"
	"strconv"
	"strings"
	"time"
)

// Values of StrictHostKeyChecking for an unknown host: it is rejected or accepted
// without a prompt. Anything else: the user is asked.
const (
	StrictYes       = "yes"
	StrictAcceptNew = "accept-new"
	StrictNo        = "no"
)

// Target is a host with everything in ssh's configuration about reaching it.
// Resolve makes one; paths in it are absolute.
type Target struct {
	// Name is the host as the user named it, Host the name or address to connect to.
	Name, Host string
	// Port is 1-65535.
	Port int
	// User is our name there. ConfiguredUser: it is the configuration's, where ssh takes names
	// that it refuses on its command line.
	User           string
	ConfiguredUser bool

	Route    Route
	Alive    Alive
	HostKeys HostKeys
	Methods  Methods
	Keys     Keys
	// Algorithms restrict what is negotiated with the host.
	Algorithms Algorithms

	// Program is the ssh program that makes the connection instead of package tunnel;
	// empty: none. ConfigFile is the configuration file that it uses instead of its
	// own; may be empty.
	Program, ConfigFile string

	// Warnings are what the resolution could not know, and which directives are not
	// used here, with what to do instead.
	Warnings []string

	// ignored is only for the log.
	ignored []string
}

// Route is how connections get to a host.
type Route struct {
	// Via is the host to go through first (ProxyJump); nil: none.
	Via *Target
	// ProxyCommand is a command line whose stdin and stdout carry the
	// connection, tokens expanded; empty: none.
	ProxyCommand string
	// Network is tcp, tcp4 or tcp6.
	Network string
	// BindAddress and BindInterface are the local address or interface of connections; may be empty.
	BindAddress, BindInterface string
	// ConnectTimeout is the configuration's; 0: not set there.
	ConnectTimeout time.Duration
	// ConnectAttempts is how often a connection is tried, a second apart; 0 is 1.
	ConnectAttempts int
}

// Alive are ServerAliveInterval and ServerAliveCountMax, which can only shorten the
// time until a dead link is noticed.
type Alive struct {
	Interval time.Duration
	Count    int
}

// HostKeys are the files and settings by which a host's key is checked.
type HostKeys struct {
	// KnownHosts are the user's known_hosts files; the first is written to.
	KnownHosts []string
	// GlobalKnownHosts are the system's, never written to.
	GlobalKnownHosts []string
	// Alias stands for the host's name in known_hosts; may be empty.
	Alias string
	// HashKnownHosts says that names are written hashed.
	HashKnownHosts bool
	// Revoked is a file of keys that are not to be trusted; may be empty.
	Revoked string
	// Strict is StrictHostKeyChecking: "yes" rejects unknown hosts without a prompt,
	// "accept-new" and "no" accept them. A changed key is never accepted.
	Strict string
}

// Methods are the methods of authentication that are allowed.
type Methods struct {
	PublicKey, Keyboard, Password bool
	// Preferred is their order, by SSH's names; empty: public key, keyboard, password.
	Preferred []string
	// Batch says that the user is never asked anything.
	Batch bool
}

// Keys are the keys to log in with.
type Keys struct {
	// IdentityFiles are private or public key files, in the order to try; they need not exist.
	IdentityFiles []string
	// IdentitiesOnly says that of the agent's keys only those in IdentityFiles are offered.
	IdentitiesOnly bool
	// CertificateFiles are certificates for keys of those files or of the agent.
	CertificateFiles []string
	// Agent is the agent's socket or pipe; empty: no agent.
	Agent string
	// AddToAgent says whether a key that was opened with a passphrase goes to the
	// agent: "yes", "ask", "confirm" (the agent asks before each use); else no.
	AddToAgent string
	// AgentLifetime is how long the agent keeps such a key; 0: as long as it runs.
	AgentLifetime time.Duration
	// PKCS11Provider is the library of a smart card, which is not used here; may be empty.
	PKCS11Provider string
	// MinRSABits is the shortest RSA key that is accepted or offered; 0: ssh's default.
	MinRSABits int
}

// Address returns Host and Port as net.Dial takes them.
func (t *Target) Address() string {
	return net.JoinHostPort(t.Host, strconv.Itoa(t.Port))
}

// KnownHostsName returns the host's address in known_hosts. Names are
// compared in lower case; an alias has no port.
func (t *Target) KnownHostsName() string {
	if t.HostKeys.Alias != "" {
		return net.JoinHostPort(strings.ToLower(t.HostKeys.Alias), "22")
	}
	return net.JoinHostPort(strings.ToLower(t.Host), strconv.Itoa(t.Port))
}

// Label returns the host for messages: what the user typed, and the real address
// if that is different.
func (t *Target) Label() string {
	label := t.Host
	if t.Name != "" && !strings.EqualFold(t.Name, t.Host) {
		label = t.Name + " (" + t.Host + ")"
	}
	if t.Port != 22 {
		label += " port " + strconv.Itoa(t.Port)
	}
	return label
}

// Timeout returns how long to wait for the host to speak: override if it is positive, else
// the configuration's.
func (t *Target) Timeout(override time.Duration) time.Duration {
	return cmp.Or(max(0, override), t.Route.ConnectTimeout, defaultConnectTimeout)
}

// defaultConnectTimeout bounds the TCP connection and the key exchange.
const defaultConnectTimeout = 15 * time.Second

// maxConnectAttempts bounds ConnectionAttempts.
const maxConnectAttempts = 10

// FirstHop returns the host to connect to first.
func (t *Target) FirstHop() *Target {
	for t.Route.Via != nil {
		t = t.Route.Via
	}
	return t
}
