package loginshell

import (
	"bufio"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// TestHeartbeat: an empty line comes often enough for a script to wait for, until it is stopped.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		stop := Heartbeat(w)
		lines, last := bufio.NewReader(r), time.Now()
		for range 5 {
			if line, err := lines.ReadString('\n'); err != nil || line != "\n" {
				t.Errorf("%q, %v", line, err)
			}
			if gap := time.Since(last); gap > MaxSilence/3 {
				t.Errorf("%v without a line", gap)
			}
			last = time.Now()
		}
		stop()
		time.Sleep(MaxSilence)
		w.Close()
		if rest, _ := io.ReadAll(lines); len(rest) > 0 {
			t.Errorf("after the end: %q", rest)
		}
	})
}
