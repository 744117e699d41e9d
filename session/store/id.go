package store

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
)

// NewID returns a random session id: a "k" and eleven hexadecimal digits, so that
// it cannot be mistaken for a job number.
func NewID() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails; see crypto/rand.Read
	return "k" + hex.EncodeToString(b[:])[:11]
}

// ValidID reports whether id has the form of NewID, and so may name a file.
func ValidID(id string) bool { return idForm.MatchString(id) }

var idForm = regexp.MustCompile(`^k[0-9a-f]{11}$`)
