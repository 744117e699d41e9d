package tunnel

import (
	"testing"
)

// BenchmarkDial is the login alone.
func BenchmarkDial(b *testing.B) {
	s := newSite(b)
	target := s.target()
	for b.Loop() {
		c, err := Dial(b.Context(), target, Options{})
		must(b, err)
		_ = c.Close()
	}
}
