// Package sshkey describes and compares public keys, with or without a certificate.
//
// It is for the packages below tunnel; it imports none of ours.
package sshkey

import (
	"crypto/rsa"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Plain returns the key itself, also for a certificate.
func Plain(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}

// Fingerprint returns the fingerprint, which is the same for a key and its certificates.
func Fingerprint(key ssh.PublicKey) string { return ssh.FingerprintSHA256(Plain(key)) }

func Equal(a, b ssh.PublicKey) bool { return slices.Equal(a.Marshal(), b.Marshal()) }

// RSABits returns the length of an RSA key; 0 for all others.
func RSABits(key ssh.PublicKey) int {
	if k, ok := Plain(key).(ssh.CryptoPublicKey); ok {
		if public, ok := k.CryptoPublicKey().(*rsa.PublicKey); ok {
			return public.N.BitLen()
		}
	}
	return 0
}

// Describe returns a key's kind and fingerprint: "ED25519 key SHA256:...".
func Describe(key ssh.PublicKey) string {
	return Kind(key) + " key " + ssh.FingerprintSHA256(key)
}

func Kind(key ssh.PublicKey) string {
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

// Line returns a public key as a line of authorized_keys, without a comment.
func Line(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

const CertSuffix = "-cert-v01@openssh.com"

// CertAlgorithms returns the names for certificates of those kinds.
func CertAlgorithms(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.TrimSuffix(name, "@openssh.com") + CertSuffix
	}
	return out
}
