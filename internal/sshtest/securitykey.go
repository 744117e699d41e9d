package sshtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"testing"

	"golang.org/x/crypto/ssh"
)

// SecurityKeyApplication is the application for which SecurityKey signs.
const SecurityKeyApplication = "ssh:"

// SecurityKey makes a key of the kind that a FIDO token holds, in software.
func SecurityKey(t *testing.T) (ssh.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	Must(t, err)
	key, err := ssh.ParsePublicKey(ssh.Marshal(struct {
		Kind        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, public, SecurityKeyApplication}))
	Must(t, err)
	return key, secret
}

// SecurityKeyFile is the file that ssh-keygen -t ed25519-sk writes, but for the
// private part, which only the token could use.
func SecurityKeyFile(public ssh.PublicKey) string {
	return keyFile(ssh.KeyAlgoSKED25519, public.Marshal())
}

// UnknownKeyFile is the file of a key of a kind that only a newer ssh-keygen makes.
func UnknownKeyFile(kind string) string {
	return keyFile(kind, ssh.Marshal(struct{ Kind, Public string }{kind, "public"}))
}

func keyFile(kind string, public []byte) string {
	body := append([]byte("openssh-key-v1\x00"), ssh.Marshal(struct {
		Cipher, KDF, Options string
		Count                uint32
		Public, Private      []byte
	}{"none", "none", "", 1, public, ssh.Marshal(struct {
		Check1, Check2 uint32
		Kind           string
	}{7, 7, kind})})...)
	return string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: body}))
}
