package tunnel

import (
	"cmp"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
)

// Defaults and limits of this package.
const (
	// maxRetries is how often a connection is retried that the host closed before
	// the login; retryPause precedes the first retry, and doubles.
	maxRetries = 5
	retryPause = time.Second
)

// Options are the same for all hosts. The zero value works: nothing is asked
// or logged.
type Options struct {
	// Prompter asks the user; nil: nothing is asked, unknown hosts are refused.
	Prompter prompts.Prompter
	// Log may be nil. No secret is ever logged.
	Log *zap.Logger
	// Notice is called with what the user should read but need not answer; nil: only the
	// log does. It must return soon, and may be called from several goroutines.
	Notice func(prompts.Notice)
	// Sockets is a folder for the sockets of an ssh program that connects, closed to others; empty: they
	// are among the temporary files.
	Sockets string
	// ConnectTimeout overrides the configuration's; 0: that, or DefaultConnectTimeout.
	ConnectTimeout time.Duration
	// Prefer is the address to try first, if it is one of several behind the
	// target's name: that of the previous connection.
	Prefer string

	// keepalive shortens the keepalive's times in tests.
	keepalive keepaliveTimes
	// retryPause shortens the time before a retry in tests.
	retryPause time.Duration
	// sessionWait shortens how long a command waits for another's end, in tests.
	sessionWait time.Duration
	// keyFiles are the key files of all hosts of one chain, so that no passphrase is asked for twice.
	keyFiles sshauth.KeyFiles
	// promptedFlag is whether the user typed something for a chain of hosts; see recordPrompts.
	promptedFlag *atomic.Bool
}

// log returns a logger that is never nil.
func (o *Options) log() *zap.Logger { return cmp.Or(o.Log, zap.NewNop()) }

// notify logs a notice and passes it to Notice, if that is set.
func (o *Options) notify(n prompts.Notice) {
	o.log().Info("notice", zap.String("host", n.Host), zap.String("about", n.Kind), zap.String("text", n.Text))
	if o.Notice != nil {
		o.Notice(n)
	}
}
