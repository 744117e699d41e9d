//go:build !windows

package terminal

import "testing"

func TestTakeKernel(t *testing.T) {
	for args, want := range map[[2]string]string{
		{"4711", "fine"}:         `{"cluster":"fine","jobId":"4711","progressToken":"take"}`,
		{"k3f00c0ffee1", "fine"}: `{"cluster":"fine","progressToken":"take","sessionId":"k3f00c0ffee1"}`,
	} {
		c := openConsole(t, "take", args[0], args[1], "--no-browser")
		c.expect(`Taking over job 123`)
		c.expect(`Press Ctrl\+C`)
		c.press(ctrlC)
		c.expect(`Stopped: Slurm has cancelled job 123\.`)
		c.wantExit(exitDone)
		c.awaitMark(want)
	}
}
