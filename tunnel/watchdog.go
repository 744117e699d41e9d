package tunnel

import (
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// loginTimeout bounds each silent stretch of a host while it checks who we are: some look
// users up in slow directories.
const loginTimeout = 45 * time.Second

// watchdog closes a carrier on which nothing is heard for too long. While a
// person is being asked it sleeps.
type watchdog struct {
	timer *time.Timer
	limit atomic.Int64 // nanoseconds
	bit   atomic.Bool
}

func newWatchdog(limit time.Duration, guarded io.Closer) *watchdog {
	d := &watchdog{}
	d.limit.Store(int64(limit))
	d.timer = time.AfterFunc(limit, func() {
		d.bit.Store(true)
		_ = guarded.Close()
	})
	return d
}

// limitTo sets the limit of the next stretch, which begins now.
func (d *watchdog) limitTo(limit time.Duration) {
	d.limit.Store(int64(limit))
	d.timer.Reset(limit)
}

// pause stops the clock until resume is called.
func (d *watchdog) pause() (resume func()) {
	d.timer.Stop()
	return func() { d.timer.Reset(time.Duration(d.limit.Load())) }
}

// fired reports whether the watchdog has closed what it guards.
func (d *watchdog) fired() bool { return d.bit.Load() }

func (d *watchdog) stop() { d.timer.Stop() }

func silent(t *Target, authenticating bool, err error) error {
	f := &fault.Error{Code: fault.ConnectTimeout, Tried: "connecting to " + t.label(), Err: err,
		Answer: "the connection was made, but the host says nothing",
		Advice: "It may be overloaded, or something else than SSH listens on that port. Try again in a moment."}
	if authenticating {
		f.Answer = "the host does not finish the login"
	}
	return f
}

// isBusy reports whether words before or instead of SSH are those of an sshd that has
// no room.
func isBusy(words string, spokeSSH bool) bool {
	for _, known := range []string{"Exceeded MaxStartups", "Not allowed at this time", "Too many connections"} {
		if strings.Contains(words, known) {
			return true
		}
	}
	return spokeSSH || words == ""
}
