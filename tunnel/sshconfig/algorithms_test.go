package sshconfig

import (
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/internal/sshtest"
)

func TestSignatures(t *testing.T) {
	t.Parallel()
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	sshtest.Must(t, err)
	key, err := ssh.NewPublicKey(&secret.PublicKey)
	sshtest.Must(t, err)
	cert := &ssh.Certificate{Key: key}
	for _, test := range []struct {
		key     ssh.PublicKey
		allowed string
		want    string
	}{
		{key, "", "rsa-sha2-512 rsa-sha2-256"}, {key, "ssh-rsa", "ssh-rsa"}, {key, "rsa-sha2-256", "rsa-sha2-256"}, {key, "ssh-ed25519", ""}, {key, "ssh-rsa rsa-sha2-256", "ssh-rsa rsa-sha2-256"},
		{cert, "", "rsa-sha2-512 rsa-sha2-256"}, {cert, "rsa-sha2-256", ""}, {cert, "rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-256"},
	} {
		a := Algorithms{PublicKeys: strings.Fields(test.allowed)}
		if got := strings.Join(a.Signatures(test.key), " "); got != test.want {
			t.Errorf("%s with %q: %q", test.key.Type(), test.allowed, got)
		}
	}
}

// TestAlgorithmsForNodes: what was chosen for a login node excludes neither our own keys nor a
// modern node.
func TestAlgorithmsForNodes(t *testing.T) {
	t.Parallel()
	if got := (Algorithms{}).ForNodes(); got.Ciphers != nil || got.PublicKeys != nil {
		t.Errorf("%+v", got)
	}
	chosen := Algorithms{Ciphers: []string{"3des-cbc"}, HostKeys: []string{"ssh-rsa"}, PublicKeys: []string{"ssh-rsa"}}
	got := chosen.ForNodes()
	if got.Ciphers[0] != "3des-cbc" || !slices.Contains(got.Ciphers, "aes128-ctr") || !slices.Contains(got.HostKeys, "ssh-ed25519") || got.KeyExchanges != nil {
		t.Errorf("%+v", got)
	}
	if last := got.PublicKeys[len(got.PublicKeys)-1]; last != "ssh-rsa" || !slices.Contains(got.PublicKeys, "ssh-ed25519") {
		t.Errorf("%q", got.PublicKeys)
	}
	if len(chosen.Ciphers) != 1 || strings.Join(chosen.PublicKeys, " ") != "ssh-rsa" {
		t.Errorf("the choice has changed: %+v", chosen)
	}
}
