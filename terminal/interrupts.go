package terminal

import (
	"os"
	"time"

	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// interruptWindow is the time within which signals count as one press of Ctrl+C: a parent process
// may forward the terminal's signal.
const interruptWindow = 300 * time.Millisecond

// interrupts are the signals that the user has sent to a command that owns a kernel.
type interrupts struct {
	signals  <-chan os.Signal
	onFirst  func() // called for the first one
	count    int    // after the first, only Ctrl+C counts
	began    time.Time
	last     time.Time
	deadline <-chan time.Time // limits the wait after the first
	gaveUp   bool             // the user or the deadline has ended the wait
}

// add counts a signal and returns its number, or 0 for one that does not count: a closing
// terminal may send several, which all count as the first. The third ends the wait.
func (i *interrupts) add(sig os.Signal) int {
	if i.count > 0 && (sig != os.Interrupt || time.Since(i.last) < interruptWindow) {
		return 0
	}
	i.last = time.Now()
	i.count++
	switch i.count {
	case 1:
		i.began, i.deadline = i.last, time.After(rpcclient.ReleaseTimeout)
	case 2:
	default:
		i.gaveUp = true
	}
	return i.count
}
