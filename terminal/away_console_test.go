//go:build !windows

package terminal

import "testing"

// TestEnterConnectsAgain: a link that only the person can make again is tried
// when the person says so, as often as it takes.
func TestEnterConnectsAgain(t *testing.T) {
	c := openConsole(t, "start", "away", "--no-browser")
	c.expect(`Note: Sunbird wants an answer from you`)
	c.expect(`Press Enter to connect to login\.test again\. The kernel is kept for 15 min\.`)
	c.press("\r")
	c.expect(`permission denied(?s:.*)Press Enter to connect`) // the second time: what is typed before it does not count
	c.press("\r")
	c.expect(`The link is up again\.`)
	c.press(ctrlC)
	c.expect(`Released: Slurm accepted the end of job 123\.`)
	c.wantExit(exitDone)
}
