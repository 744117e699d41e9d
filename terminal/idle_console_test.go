//go:build !windows

package terminal

import (
	"regexp"
	"strings"
	"testing"
)

const unusedLine = `The kernel has been idle for 50 min and will stop at ([\w ]+ )?\d\d:\d\d\. Press Enter to keep it for another hour\.`

func TestEnterKeepsTheKernel(t *testing.T) {
	c := openConsole(t, "start", "unused", "--no-browser")
	c.expect(unusedLine)
	c.press("\r")
	c.awaitMark(`{"sessionId":"k1"}`)
	c.expect(`The kernel is kept for another hour\.`)
	c.press(ctrlC)
	c.expect(`Stopped: Slurm has cancelled job 123\.`)
	c.wantExit(exitDone)
}

func TestCtrlCDuringWaitForEnter(t *testing.T) {
	c := openConsole(t, "start", "unused", "--no-browser")
	c.expect(unusedLine)
	c.press(ctrlC)
	c.expect(`Stopped: Slurm has cancelled job 123\.`)
	c.wantExit(exitDone)
	c.awaitMark("serve ended")
}

func TestEnterOutsideTheWarningDoesNothing(t *testing.T) {
	c := openConsole(t, "start", "unused-again", "--no-browser")
	c.press("\r\r") // early input, which must not count
	c.expect(unusedLine)
	c.expect(`Note: used again`)
	c.press("\r")
	c.press(ctrlC)
	c.wantExit(exitDone)
	if strings.Contains(c.output(), "is kept") {
		t.Errorf("it was kept:\n%s", c.output())
	}
}

func TestEachOutOfMemoryKillIsReported(t *testing.T) {
	c := openConsole(t, "start", "hungry", "--no-browser")
	const line = `\d\d:\d\d  A kernel was stopped: it used more than its 4 GB of memory\. Start again with 8 GB\.`
	c.expect(line + `[^$]*` + line)
	c.press(ctrlC)
	c.wantExit(exitDone)
	if n := len(regexp.MustCompile(line).FindAllString(c.output(), -1)); n != 2 || strings.Contains(c.output(), "Note:") {
		t.Errorf("told %d times:\n%s", n, c.output())
	}
}
