package tunnel

import (
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// BenchmarkDial is the login alone.
func BenchmarkDial(b *testing.B) {
	s := newSite(b)
	target := s.target()
	for b.Loop() {
		c, err := Dial(b.Context(), target, Options{})
		sshtest.Must(b, err)
		_ = c.Close()
	}
}
