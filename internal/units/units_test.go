package units

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 400 * time.Millisecond: "0 s", 40 * time.Second: "40 s", 65 * time.Second: "1 min 5 s", 4 * time.Minute: "4 min",
		20*time.Minute + 5*time.Second: "20 min", time.Hour: "1 h", time.Hour + 20*time.Second: "1 h", 90 * time.Minute: "90 min",
		2 * time.Hour: "2 h", 2*time.Hour + 30*time.Minute: "2 h 30 min", 24 * time.Hour: "24 h", 48 * time.Hour: "2 d", 50*time.Hour + time.Minute: "2 d 2 h",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestMemory(t *testing.T) {
	for mebibytes, want := range map[int]string{300: "300 MB", 1024: "1 GB", 1536: "1.5 GB", 4096: "4 GB", 512 << 10: "512 GB"} {
		if got := Memory(mebibytes); got != want {
			t.Errorf("Memory(%d) = %q, want %q", mebibytes, got, want)
		}
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 4200: "4.2 kB", 3_500_000: "3.5 MB", 3_000_000_000: "3.0 GB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}
