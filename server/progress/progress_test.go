package progress

import "testing"

func TestByteText(t *testing.T) {
	for n, want := range map[int64]string{5: "5 bytes", 3 << 10: "3 KiB", 3<<20 + 1<<19: "3.5 MiB", 3 << 30: "3.00 GiB"} {
		if got := byteText(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
