package profile

import (
	"testing"
	"time"
)

func TestParseIdle(t *testing.T) {
	for text, want := range map[string]time.Duration{"off": NeverIdle, "60m": time.Hour, "1m": time.Minute, "2": 2 * time.Minute, "7d": LongestIdle} {
		if got, err := ParseIdle(text); got != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "30s", "never", "8d", "-1"} {
		if got, err := ParseIdle(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
