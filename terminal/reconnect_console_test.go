//go:build !windows

package terminal

import "testing"

// TestEnterReconnects: a link that needs the user is reconnected when the user presses Enter, as
// often as needed.
func TestEnterReconnects(t *testing.T) {
	c := openConsole(t, "start", "away", "--no-browser")
	c.expect(`Note: sign in to Sunbird to reconnect`)
	c.expect(`Press Enter to reconnect to login\.test\. The kernel keeps running for 15 min\.`)
	c.press("\r")
	c.expect(`permission denied(?s:.*)Press Enter to reconnect`) // the second time: earlier input does not count
	c.press("\r")
	c.expect(`Reconnected\.`)
	c.press(ctrlC)
	c.expect(`Stopped: Slurm has cancelled job 123\.`)
	c.wantExit(exitDone)
}
