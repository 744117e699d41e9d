package tunnel

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/sshtest"
)

// TestKeepaliveAfterSleep: a link that answers stays, a dead one is closed
// long before the keepalive would notice.
func TestKeepaliveAfterSleep(t *testing.T) {
	sshtest.Slow(t, "replies within 2 s")
	w, c := dialWireWith(t, keepaliveTimes{})
	var slept atomic.Int64
	go c.watchSleep(2*time.Second, func() time.Time { return time.Now().Add(time.Duration(slept.Load())) })

	before := w.Bytes.Load()
	slept.Add(int64(time.Hour))
	for w.Bytes.Load() == before { // the probe
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(2500 * time.Millisecond) // more than the patience: it must not be closed
	if c.Err() != nil {
		t.Fatal("a link that answers was given up: ", c.Err())
	}
	w.Frozen.Store(true)
	slept.Add(int64(time.Hour))
	select {
	case <-c.Done():
	case <-time.After(sshtest.Patience()): // the keepalive would take 40 s
		t.Fatal("not noticed")
	}
	sshtest.WantFault(t, c.Err(), fault.LinkLost, "slept")
}
