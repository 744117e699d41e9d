package tunnel

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// What a question to a person is for.
const (
	// PurposePassphrase: a key file's passphrase.
	PurposePassphrase = "passphrase"
	// PurposePassword: the password on the host.
	PurposePassword = "password"
	// PurposeCode: whatever else the host asks, a one-time code for example.
	PurposeCode = "code"
	// PurposeHostKey: whether an unknown host's key is right.
	PurposeHostKey = "host-key"
)

// Prompter asks a person. Both methods block until there is an answer or ctx is
// done; an error means that there is no answer, and ends the login.
type Prompter interface {
	// Secret asks for one line.
	Secret(ctx context.Context, q SecretQuestion) (answer string, err error)
	// Confirm asks for a yes or a no.
	Confirm(ctx context.Context, q ConfirmQuestion) (bool, error)
}

// SecretQuestion asks for one line. All texts are free of control characters.
type SecretQuestion struct {
	// Host is who asks, and User our name there.
	Host, User string
	// Purpose is one of the Purpose constants.
	Purpose string
	// Prompt is the question, in the host's own words where it has any.
	Prompt string
	// Detail says more: the key file, the host's instruction. May be empty.
	Detail string
	// Echo is true when the answer may be shown while it is typed.
	Echo bool
}

// ConfirmQuestion asks for a yes or a no.
type ConfirmQuestion struct {
	// Host is what it is about.
	Host string
	// Purpose is one of the Purpose constants.
	Purpose string
	// Message is the question.
	Message string
	// Detail is what to look at: the kind of key and its fingerprint.
	Detail string
	// Accept is the word for yes on a button.
	Accept string
}

// Defaults and limits of this package.
const (
	// DefaultConnectTimeout bounds the TCP connection and the key exchange.
	DefaultConnectTimeout = 15 * time.Second
	// loginTimeout bounds each silent stretch of a host while it checks who
	// we are: some look people up in slow directories.
	loginTimeout = 45 * time.Second
	// keepaliveInterval and keepalivePatience together stay under 45 s.
	keepaliveInterval = 15 * time.Second
	keepalivePatience = 25 * time.Second
	// maxConnectAttempts bounds ConnectionAttempts, attemptPause is the time between two.
	maxConnectAttempts = 10
	attemptPause       = time.Second
	// maxRetries is how often a connection is made again that the host closed before
	// the login; retryPause comes before the first, and doubles.
	maxRetries = 5
	retryPause = time.Second
)

// Options are the same for all hosts. The zero value works: nobody is asked,
// nothing is logged.
type Options struct {
	// Prompter asks the person; nil: nothing is asked, unknown hosts are refused.
	Prompter Prompter
	// Log may be nil. No secret is ever logged.
	Log *zap.Logger
	// Notice hears what the person should read but need not answer; nil: only the
	// log does. It must return soon, and may be called from several goroutines.
	Notice func(Notice)
	// SSHConfig is a configuration file for ssh's -F; empty: ssh's own files.
	SSHConfig string
	// SSH is the ssh program that is to make connections, in place of this package; empty:
	// none is. Resolve makes it part of the Target.
	SSH string
	// Sockets is a folder for the sockets of such a program, closed to others; empty: they
	// are among the temporary files.
	Sockets string
	// ConnectTimeout overrides the configuration's; 0: that, or DefaultConnectTimeout.
	ConnectTimeout time.Duration
	// Prefer is the address to try first, if it is one of several behind the
	// target's name: that of the connection before.
	Prefer string

	// keepalive shortens the keepalive's times in tests.
	keepalive keepaliveTimes
	// retryPause shortens the time before a retry in tests.
	retryPause time.Duration
	// sessionWait shortens how long a command waits for another's end, in tests.
	sessionWait time.Duration
	// files are the key files of all hosts on one way, so that none is asked for twice.
	files *keyFiles
	// typed is whether a person typed something on one way; see watchPerson.
	typed *atomic.Bool
	// sshProgram names another ssh in tests; empty: "ssh" from PATH.
	sshProgram string
}

// log gives a logger that is never nil.
func (o *Options) log() *zap.Logger {
	if o.Log == nil {
		return zap.NewNop()
	}
	return o.Log
}
