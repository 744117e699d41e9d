package sshauth

import (
	"crypto/x509"
	"errors"
	"os"
	"strconv"
	"testing"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

// TestWrongPassphraseOfPEMKey: its format detects only 255 in 256 of them.
func TestWrongPassphraseOfPEMKey(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	sshtest.KeyGen(t, p.File("id"), "right", "-t", "ecdsa", "-m", "PEM")
	text, err := os.ReadFile(p.File("id"))
	sshtest.Must(t, err)
	for i := range 3000 {
		if _, err := parseLockedKey(text, []byte("wrong "+strconv.Itoa(i))); !errors.Is(err, x509.IncorrectPasswordError) {
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	if _, err := parseLockedKey(text, []byte("right")); err != nil {
		t.Error(err)
	}
}
