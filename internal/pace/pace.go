// Package pace makes the limits of tests relative to what the machine can do now.
//
// Only tests and packages for tests import it; it imports no other package of this module. Its
// limits are for how long a test waits, not for how long a user may wait.
package pace

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"sync"
	"time"
)

// maxFactor bounds how much longer a limit becomes, so that what hangs is found.
const maxFactor = 6

// work is a fixed piece of work in another process, which needs 0.1 s or so.
const work = `i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done`

// usual is the CPU time that work needs on the machines that the limits were written for.
const usual = 100 * time.Millisecond

// Factor returns how many times longer than on an idle machine things took when the process
// first asked. If that is noticeable, it prints what it has measured.
var Factor = sync.OnceValue(func() float64 {
	factor, took, cpu := measure()
	if factor > 1.5 {
		fmt.Fprintf(os.Stderr, "pace: work of %d ms took %d ms, so limits are %.1f times as long\n", cpu.Milliseconds(), took.Milliseconds(), factor)
	}
	return factor
})

// Now returns the same as it is now.
func Now() float64 {
	factor, _, _ := measure()
	return factor
}

// Slowness returns how many times the CPU time of the machines that the limits were written for the same
// work needs now, for limits of CPU time; at least 1.
func Slowness() float64 {
	_, _, cpu := measure()
	return max(float64(cpu)/float64(usual), 1)
}

// Limit returns d, or more if the machine is busy.
func Limit(d time.Duration) time.Duration { return scale(d, Factor()) }

// Over reports whether a limit that Limit returned has passed since begun. When it seems
// to have, the machine is measured again: it may have become busy since.
func Over(begun time.Time, limit time.Duration) bool {
	if time.Since(begun) <= limit {
		return false
	}
	return time.Since(begun) > scale(limit, max(Now()/Factor(), 1))
}

// Await calls try, every so often, until it succeeds, for at most d on an idle machine. It returns the
// last error.
func Await(d, every time.Duration, try func() error) error {
	for begun := time.Now(); ; time.Sleep(every) {
		if err := try(); err == nil || Over(begun, Limit(d)) {
			return err
		}
	}
}

func scale(d time.Duration, factor float64) time.Duration {
	return time.Duration(float64(d) * factor)
}

// measure compares the time that work takes with the CPU time that it needs, which on an idle
// machine is the same, and compares that with usual. Without a shell the factor is 1.
func measure() (factor float64, took, cpu time.Duration) {
	cmd := exec.Command("sh", "-c", work)
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		return 1, 0, 0
	}
	took = time.Since(begun)
	cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return factorOf(took, cpu), took, cpu
}

// factorOf returns the factor for work that took so long and needed so much CPU time.
func factorOf(took, cpu time.Duration) float64 {
	if cpu <= 0 {
		return 1
	}
	busy := max(float64(took)/float64(cpu), 1)
	slow := max(float64(cpu)/float64(usual), 1)
	return math.Min(busy*slow, maxFactor)
}
