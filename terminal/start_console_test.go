//go:build !windows

package terminal

import (
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

const ctrlC = "\x03"

func TestCtrlCReleases(t *testing.T) {
	c := openConsole(t, "start", "fine")
	c.expect(`Press Ctrl\+C`)
	c.expect(`Could not open a browser: there is no display`)
	c.press(ctrlC)
	c.expect(`Stopped: Slurm has cancelled job 123\.`)
	c.wantExit(exitDone)
	c.awaitMark("shutdown")
	c.awaitMark("serve ended")
	if strings.Contains(c.output(), "TOKEN") {
		t.Error("the token was shown")
	}
}

func TestCtrlCWhilePending(t *testing.T) {
	c := openConsole(t, "start", "pending")
	// The live line: a spinner, what the program waits for, and the seconds, in place.
	c.expect(`\r. Job 123 is waiting \(Resources\)… [1-9] s`)
	c.press(ctrlC)
	c.expect(`Stopped: Slurm has cancelled job 123\.`)
	c.expect(`Cancelled\. Nothing is left behind\.`)
	c.wantExit(exitInterrupted)
	c.awaitMark("serve ended")
}

func TestCancelThatCannotBeConfirmed(t *testing.T) {
	c := openConsole(t, "start", "pending-undone")
	c.expect(`is waiting`)
	c.press(ctrlC)
	c.expect(`Answer: +Slurm does not answer`)
	c.wantExit(exitUnconfirmed)
}

func TestReleaseThatCannotBeConfirmed(t *testing.T) {
	c := openConsole(t, "start", "unsure", "--no-browser")
	c.expect(`Press Ctrl\+C`)
	c.press(ctrlC)
	c.expect(`Warning: Slurm did not confirm that job 123 was cancelled\. It stops by itself within 15 min`)
	c.wantExit(exitUnconfirmed)
}

func TestThirdCtrlCQuitsWithoutWaiting(t *testing.T) {
	c := openConsole(t, "start", "slow-release", "--no-browser")
	c.expect(`Press Ctrl\+C`)
	c.press(ctrlC)
	c.expect(`Stopping job 123…`)
	c.awaitMark("shutdown")
	c.press(ctrlC) // counts as the same press
	time.Sleep(interruptWindow)
	if strings.Contains(c.output(), "Still waiting") {
		t.Error("a signal that came twice was taken for two presses")
	}
	c.press(ctrlC)
	c.expect(`Still waiting for Slurm to confirm that job 123 was cancelled`)
	time.Sleep(interruptWindow)
	c.press(ctrlC)
	c.expect(`Warning: Slurm did not confirm that job 123 was cancelled\. It stops by itself within 15 min`)
	c.wantExit(exitUnconfirmed)
	c.awaitMark("serve ended")
}

func TestClosedTerminalReleases(t *testing.T) {
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("the tests were started by nohup, which the commands inherit")
	}
	for _, cluster := range []string{"fine", "pending"} {
		t.Run(cluster, func(t *testing.T) {
			c := openConsole(t, "start", cluster, "--no-browser")
			c.expect(map[string]string{"fine": `Press Ctrl\+C`, "pending": `is waiting`}[cluster])
			c.hangUp()
			c.exitCode()
			c.awaitMark("shutdown")
			c.awaitMark("serve ended")
		})
	}
}

func TestSIGTERMReleases(t *testing.T) {
	c := openConsole(t, "start", "fine", "--no-browser")
	c.expect(`Press Ctrl\+C`)
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	c.expect(`Stopped: Slurm has`)
	c.wantExit(exitDone)
}

// A killed client sends nothing; the server sees its stdin close.
func TestKilledClientEndsTheServer(t *testing.T) {
	c := openConsole(t, "start", "fine", "--no-browser")
	c.expect(`Press Ctrl\+C`)
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.awaitMark("serve ended")
}

func TestLostLinkIsReported(t *testing.T) {
	c := openConsole(t, "start", "blink", "--no-browser")
	c.expect(`Lost connection to login.test. Reconnecting; the kernel keeps running`)
	c.expect(`Reconnected`)
	c.press(ctrlC)
	c.wantExit(exitDone)
	if n := strings.Count(c.output(), "Jupyter is running."); n != 1 {
		t.Errorf("Jupyter came up %d times", n)
	}
}

func TestSecretIsNotShown(t *testing.T) {
	c := openConsole(t, "start", "secret", "--no-browser")
	c.expect(`A key for alice@login.test has a passphrase\.`)
	c.expect(`key /home/alice/.ssh/id_ed25519`)
	c.expect(`Passphrase: `)
	c.press("pass wörd\r")
	c.expect(`Press Ctrl\+C`)
	c.awaitMark(`secret "pass wörd" false`)
	c.press(ctrlC)
	c.wantExit(exitDone)
	if strings.Contains(c.output(), "pass w") {
		t.Error("the passphrase was shown")
	}
}

func TestCtrlCDismissesAPrompt(t *testing.T) {
	c := openConsole(t, "start", "secret")
	c.expect(`Passphrase: `)
	c.press(ctrlC)
	c.expect(`prompt.unanswered`)
	c.wantExit(exitFailed)
	c.awaitMark(`secret "" true`)
}

// A signal during a prompt must end the start and restore the terminal.
func TestSIGTERMDuringAPrompt(t *testing.T) {
	c := openConsole(t, "start", "secret")
	c.expect(`Passphrase: `)
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	c.wantExit(exitInterrupted)
	c.awaitMark("serve ended")
}

func TestConfirm(t *testing.T) {
	for keys, want := range map[string]string{"y\r": "confirm true", "yes\r": "confirm true", "\r": "confirm false", "no\r": "confirm false", ctrlC: "confirm false"} {
		c := openConsole(t, "start", "confirm", "--no-browser")
		c.expect(`The host login.test is new\.`)
		c.expect(`ED25519 SHA256:abc`)
		c.expect(`\[y/N\] `)
		c.press(keys)
		c.awaitMark(want)
		c.expect(`Press Ctrl\+C`)
		c.press(ctrlC)
		c.wantExit(exitDone)
	}
}

func TestTimeLimitWarning(t *testing.T) {
	c := openConsole(t, "start", "short", "--no-browser")
	c.expect(`Press Ctrl\+C`)
	c.expect(`Job 123 reaches its time limit in 10 min \(([\w ]+ )?\d\d:\d\d\)`)
	c.press(ctrlC)
	c.wantExit(exitDone)
}

func TestProgressIsShownWhileWaitingAlone(t *testing.T) {
	c := openConsole(t, "start", "blink", "--no-browser")
	c.expect(`\r. Waiting for Jupyter's word`)
	c.expect(`Reconnected`)
	c.press(ctrlC)
	c.wantExit(exitDone)
	if strings.Contains(c.output(), "all is over") {
		t.Error("the end of the progress is on the live line of a kernel that is ready")
	}
}

func TestJSONReleased(t *testing.T) {
	c := openConsole(t, "start", "fine", "--json")
	c.expect(`"event":"ready"`)
	c.press(ctrlC)
	c.expect(`{"event":"released","released":\[{"jobId":"123","outcome":"released"}\]}`)
	c.wantExit(exitDone)
	for line := range strings.Lines(strings.ReplaceAll(c.output(), "^C", "")) {
		if !strings.HasPrefix(line, `{"event":"`) {
			t.Errorf("among the JSON: %q", line)
		}
	}
}

func TestCtrlCEndsAOneShotCommand(t *testing.T) {
	t.Setenv("FAKE", "hang")
	c := openConsole(t, "list")
	c.awaitMark("kernel/list")
	c.press(ctrlC)
	c.awaitMark("list cancelled")
	c.expect(`Interrupted\.`)
	c.wantExit(exitInterrupted)
	c.awaitMark("serve ended")
}

func TestCheckInColour(t *testing.T) {
	c := openConsole(t, "check")
	c.expect("\x1b\\[32m✓\x1b\\[0m The login node")
	c.wantExit(exitDone)
	t.Setenv("NO_COLOR", "1")
	c = openConsole(t, "check")
	c.expect("✓ The login node")
	c.wantExit(exitDone)
	if strings.Contains(c.output(), "\x1b") {
		t.Error("colours in spite of NO_COLOR")
	}
}

// TestFilesShowThatTheyWait: a login, and a look at what is there, may take long.
func TestFilesShowThatTheyWait(t *testing.T) {
	c := openConsole(t, "ls", "--cluster", "alice@login")
	c.expect(`\r. Asking alice@login…`)
	c.wantExit(exitDone)
}
