package tunnel

import (
	"crypto/rsa"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// plainKey is the key itself, also of a certificate.
func plainKey(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}

// fingerprint is the same for a key and for certificates of it.
func fingerprint(key ssh.PublicKey) string { return ssh.FingerprintSHA256(plainKey(key)) }

func sameKey(a, b ssh.PublicKey) bool {
	return slices.Equal(a.Marshal(), b.Marshal())
}

// rsaBits is the length of an RSA key; 0 for all others.
func rsaBits(key ssh.PublicKey) int {
	if k, ok := plainKey(key).(ssh.CryptoPublicKey); ok {
		if public, ok := k.CryptoPublicKey().(*rsa.PublicKey); ok {
			return public.N.BitLen()
		}
	}
	return 0
}

// describeKey is a key's kind and fingerprint: "ED25519 key SHA256:...".
func describeKey(key ssh.PublicKey) string {
	return keyKind(key) + " key " + ssh.FingerprintSHA256(key)
}

func keyKind(key ssh.PublicKey) string {
	switch t := key.Type(); t {
	case ssh.KeyAlgoED25519:
		return "ED25519"
	case ssh.KeyAlgoRSA:
		return "RSA"
	case ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521:
		return "ECDSA"
	default:
		return t
	}
}

// keyLine is a public key as it stands in authorized_keys, without a comment.
func keyLine(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

const certSuffix = "-cert-v01@openssh.com"

// certificatesOf gives the names for certificates of those kinds.
func certificatesOf(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.TrimSuffix(name, "@openssh.com") + certSuffix
	}
	return out
}
