package tunnel

import (
	"crypto/x509"
	"errors"
	"os"
	"strconv"
	"testing"
)

// TestWrongPassphrasesOfAnOldKeyAreWrong: its form recognizes only 255 in 256 of them.
func TestWrongPassphrasesOfAnOldKeyAreWrong(t *testing.T) {
	p := newPerson(t)
	keygen(t, p.file("id"), "right", "-t", "ecdsa", "-m", "PEM")
	text, err := os.ReadFile(p.file("id"))
	must(t, err)
	for i := range 3000 {
		if _, err := parseLockedKey(text, []byte("wrong "+strconv.Itoa(i))); !errors.Is(err, x509.IncorrectPasswordError) {
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	if _, err := parseLockedKey(text, []byte("right")); err != nil {
		t.Error(err)
	}
}
