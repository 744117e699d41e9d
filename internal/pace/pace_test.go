package pace

import (
	"testing"
	"time"
)

func TestFactorIsRelativeToAnIdleMachine(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		name      string
		took, cpu time.Duration
		want      float64
	}{
		{"idle", 80 * ms, 80 * ms, 1},
		{"fast and idle", 20 * ms, 20 * ms, 1},
		{"busy", 400 * ms, 100 * ms, 4},
		{"slow", 200 * ms, 200 * ms, 2},
		{"slow and busy", 400 * ms, 200 * ms, 4},
		{"hardly anything runs", time.Minute, 80 * ms, maxFactor},
		{"no figures", time.Second, 0, 1},
	} {
		if got := factorOf(row.took, row.cpu); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

func TestOverMeasuresAgain(t *testing.T) {
	if Over(time.Now(), time.Minute) {
		t.Error("a minute has passed at once")
	}
	if !Over(time.Now().Add(-maxFactor*2*time.Minute), time.Minute) {
		t.Error("a limit never passes")
	}
	if Limit(time.Minute) < time.Minute || Limit(time.Minute) > maxFactor*time.Minute {
		t.Errorf("a minute is %v", Limit(time.Minute))
	}
}
