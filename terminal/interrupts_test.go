package terminal

import (
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestInterrupts: what counts as another press of Ctrl+C.
func TestInterrupts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var i interrupts
		for _, row := range []struct {
			pause  time.Duration
			signal os.Signal
			want   int
		}{
			{0, syscall.SIGHUP, 1},
			{time.Second, syscall.SIGTERM, 0}, // as the first
			{0, os.Interrupt, 2},
			{interruptWindow / 2, os.Interrupt, 0}, // forwarded by a parent process
			{interruptWindow, os.Interrupt, 3},
		} {
			time.Sleep(row.pause)
			if got := i.add(row.signal); got != row.want {
				t.Errorf("%v after %v is number %d, want %d", row.signal, row.pause, got, row.want)
			}
			if i.gaveUp != (row.want == 3) && row.want > 0 {
				t.Errorf("after %d the wait has ended: %v", row.want, i.gaveUp)
			}
		}
	})
}

// TestNohup: a closed terminal ends a command, but not one that nohup has started.
func TestNohup(t *testing.T) {
	for _, nohup := range []bool{true, false} {
		if ended := slices.Contains(ending(func(os.Signal) bool { return nohup }), os.Signal(syscall.SIGHUP)); ended == nohup {
			t.Errorf("nohup %v: ended %v", nohup, ended)
		}
	}
}
