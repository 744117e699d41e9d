// Package watchdog ends a login on which nothing is received for too long, except while the user
// is being asked.
//
// It is for the packages below tunnel that log in.
package watchdog

import (
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// LoginTimeout bounds each silence of a host while it authenticates us: some look
// users up in slow directories.
const LoginTimeout = 45 * time.Second

// Watchdog ends a connection on which nothing is received for too long. While a
// user is being prompted it is paused.
type Watchdog struct {
	timer   *time.Timer
	limit   atomic.Int64 // nanoseconds
	expired atomic.Bool
}

// New returns a watchdog that calls end after limit.
func New(limit time.Duration, end func()) *Watchdog {
	d := &Watchdog{}
	d.limit.Store(int64(limit))
	d.timer = time.AfterFunc(limit, func() {
		d.expired.Store(true)
		end()
	})
	return d
}

// LimitTo sets the limit of the next silence, which begins now.
func (d *Watchdog) LimitTo(limit time.Duration) {
	d.limit.Store(int64(limit))
	d.timer.Reset(limit)
}

// Pause stops the clock until resume is called.
func (d *Watchdog) Pause() (resume func()) {
	d.timer.Stop()
	return func() { d.timer.Reset(time.Duration(d.limit.Load())) }
}

// Fired reports whether the watchdog has ended the connection.
func (d *Watchdog) Fired() bool { return d.expired.Load() }

func (d *Watchdog) Stop() { d.timer.Stop() }

func SilentError(t *sshconfig.Target, authenticating bool, err error) error {
	f := &fault.Error{Code: fault.ConnectTimeout, Tried: "connecting to " + t.Label(), Err: err,
		Answer: "connected, but the host sends nothing",
		Advice: "It may be overloaded, or something other than SSH listens on that port. Try again in a moment."}
	if authenticating {
		f.Answer = "the host did not complete the login"
	}
	return f
}
