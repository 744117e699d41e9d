package slurm

import (
	"testing"

	"github.com/sa2c/sunpyter/plain"
)

func TestPrintable(t *testing.T) {
	for said, want := range map[string]string{
		"cn01":                             "cn01",
		" Node\n\tfailed \x1b[31m\x00 now": "Node failed [31m now",
		"safe\u202e\u2066\u200b\U000e0041fe\ufe0f": "safefe",
		"caf\xe9": "caf",
	} {
		if got := plain.Line(said); got != want {
			t.Errorf("plain.Line(%q) = %q, want %q", said, got, want)
		}
	}
}
