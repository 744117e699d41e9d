package sshauth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"

	"golang.org/x/crypto/ssh"
)

// NewEphemeralKey makes a key for one connection, of the kind that the host's own is: some
// hosts know no others (FIPS). It is an ECDSA key unless that is ed25519.
func NewEphemeralKey(kind string) (*Key, error) {
	var secret any
	var err error
	if kind == ssh.KeyAlgoED25519 {
		_, secret, err = ed25519.GenerateKey(rand.Reader)
	} else {
		secret, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(secret)
	if err != nil {
		return nil, err
	}
	return NewKey(signer, "a key made for this connection"), nil
}
