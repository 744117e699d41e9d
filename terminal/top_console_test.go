//go:build !windows

package terminal

import (
	"strings"
	"testing"
)

// TestTopUpdatesItsLine: in place, as often as the kernel is asked, and once more for good after Ctrl+C.
func TestTopUpdatesItsLine(t *testing.T) {
	t.Setenv("FAKE", "k1")
	c := openConsole(t, "top")
	const peak = `, 3\.1 of 16 GB \(at most 1\.6 CPUs, 4\.2 GB\)`
	c.expect(`\r. scs0151: 0\.4 of 2 CPUs` + peak)
	c.expect(`\r. scs0151: 0\.8 of 2 CPUs` + peak + `; GPU: 35 %, 1\.2 of 80 GB`)
	c.expect(`\r +\r+. scs0151: 1\.2 of 2 CPUs` + peak) // what was longer is erased
	if text := c.output(); strings.Contains(text, "\n") {
		t.Errorf("more than one line:\n%s", text)
	}
	c.press(ctrlC)
	c.wantExit(exitDone)
	c.expect(`\r +\rscs0151: \d\.\d of 2 CPUs` + peak + `\r\n$`)
}

// TestTopOfAKernelThatEnds: the live line goes, and what happened stays.
func TestTopOfAKernelThatEnds(t *testing.T) {
	t.Setenv("FAKE", "k1 soon-over")
	c := openConsole(t, "top")
	c.expect(`0\.4 of 2 CPUs`)
	c.expect(`\r +\r[^⠀-⣿]*the kernel has ended`)
	if c.exitCode() == exitDone {
		t.Errorf("exit code 0; the terminal shows:\n%s", c.output())
	}
}

// TestWaitsAreShown: also those of commands that say nothing of their own meanwhile.
func TestWaitsAreShown(t *testing.T) {
	t.Setenv("FAKE", "k1")
	for _, command := range []string{"log", "ls", "top", "pull"} {
		c := openConsole(t, command)
		c.expect(`Waiting for the cluster…`)
	}
}
