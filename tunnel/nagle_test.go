package tunnel

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestNagleBreaker: a message is pushed out at once; then packets follow less and less often,
// but so often that the end of an answer is delayed by less than a third of its time.
func TestNagleBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		begun, over := time.Now(), make(chan struct{})
		n := newNagleBreaker(func(payload []byte) error {
			passed := time.Since(begun)
			if word := passed == 0 || passed == time.Second; word != (len(payload) == fillerSize) {
				t.Errorf("after %v: %d bytes", passed, len(payload))
			}
			at = append(at, passed)
			return nil
		})
		go n.run(over)
		synctest.Wait()
		n.wrote()
		time.Sleep(time.Second)
		synctest.Wait()
		if len(at) < 10 || len(at) > 20 || at[len(at)-1] > flushLast*4/3 {
			t.Errorf("nudged after %v", at)
		}
		for i := 1; i < len(at); i++ {
			if gap := at[i] - at[i-1]; gap > max(flushFirst, at[i]/3) {
				t.Errorf("%v without a nudge before %v", gap, at[i])
			}
		}
		n.wrote()
		synctest.Wait()
		if at[len(at)-1] != time.Second {
			t.Error("a second word was not pushed out at once")
		}
		close(over)
	})
}
