package tunnel

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Keys that OpenSSL 3 locks, with its own defaults and with others.
func TestLockedByOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip(err)
	}
	p := newPerson(t)
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	must(t, err)
	plain := p.write("plain", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	for _, options := range []string{"-v2 aes-256-cbc", "-v2 aes-192-cbc -v2prf hmacWithSHA512", "-v2 aes-128-cbc -v2prf hmacWithSHA1 -iter 5000", "-v2 aes-256-cbc -v2prf hmacWithSHA384"} {
		args := append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:x y"}, strings.Fields(options)...)
		locked, err := exec.Command("openssl", args...).Output()
		must(t, err)
		key, err := parseLockedKey(locked, []byte("x y"))
		if err != nil || !secret.Equal(key) {
			t.Errorf("%s: %v", options, err)
		}
		if _, err = parseLockedKey(locked, []byte("wrong")); err != x509.IncorrectPasswordError {
			t.Errorf("%s, wrong passphrase: %v", options, err)
		}
	}
	old, err := exec.Command("openssl", "pkcs8", "-topk8", "-in", plain, "-passout", "pass:x", "-v2", "des3").Output()
	must(t, err)
	if _, err = parseLockedKey(old, []byte("x")); err == nil || !strings.Contains(err.Error(), "ssh-keygen -p") {
		t.Errorf("triple DES: %v", err)
	}
}

func FuzzLockedPKCS8(f *testing.F) {
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(f, err)
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	must(f, err)
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		if len(der) < 4096 {
			_, _ = parseLockedKey(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), []byte("x"))
		}
	})
}

// FuzzKeyFile: what cannot be used is said to be so, or is nothing at all.
func FuzzKeyFile(f *testing.F) {
	dir := f.TempDir()
	for _, kind := range []string{"-t ed25519", "-t ed25519 -N x", "-t rsa -b 1024 -m PEM", "-t ecdsa -m PKCS8 -N xxxxx"} {
		file := filepath.Join(dir, "seed")
		keygen(f, file, "", strings.Fields(kind)...)
		for _, name := range []string{file, file + ".pub"} {
			text, err := os.ReadFile(name)
			must(f, err)
			f.Add(text)
			must(f, os.Remove(name))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "key")
		must(t, os.WriteFile(file, text, 0o600))
		ids, _, note := loadKeyFile(file)
		if len(ids) > 0 && note != "" {
			t.Errorf("%q: it is used, and %s", text, note)
		}
		for _, id := range ids {
			if signer := id.ready(); signer != nil && fingerprint(signer.PublicKey()) != fingerprint(id.public) {
				t.Errorf("%q: not the key that is offered", text)
			}
		}
	})
}

func TestKeyFilesThatCannotBeUsed(t *testing.T) {
	p := newPerson(t)
	key := p.key(nil, "open", "")
	must(t, os.Chmod(key, 0o640))
	skPublic, _ := securityKey(t)
	public := p.key(nil, "lone", "x")
	keygen(t, p.file("rsa"), testPassword, "-t", "rsa", "-m", "PEM")
	must(t, os.Remove(p.file("rsa.pub")))
	keygen(t, p.file("dsa"), "", "-t", "dsa")
	keygen(t, p.file("dsa-pem"), "", "-t", "dsa", "-m", "PEM")
	keygen(t, p.file("dsa-locked"), "x", "-t", "dsa")
	for name, test := range map[string]struct {
		file  string
		words []string
		pub   bool
	}{
		"too open":       {key, []string{"0640", "too open", "chmod 600"}, true},
		"security key":   {p.write("sk", securityKeyFile(skPublic)), []string{"security key", "ssh-add " + p.file("sk")}, true},
		"PuTTY's":        {p.write("ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"), []string{"Pageant", "puttygen"}, false},
		"nothing":        {p.write("junk", "junk\n"), []string{"no private key"}, false},
		"folder":         {p.dir, nil, false},
		"public half":    {public + ".pub", nil, true},
		"DSA":            {p.file("dsa"), []string{"DSA"}, true},
		"DSA in PEM":     {p.file("dsa-pem"), []string{"DSA"}, true},
		"DSA, locked":    {p.file("dsa-locked"), []string{"DSA"}, true},
		"locked, secret": {p.file("rsa"), []string{"ssh-keygen -y"}, false},
		"missing":        {p.file("missing"), nil, false},
	} {
		ids, half, note := loadKeyFile(test.file)
		if len(ids) != 0 || (half != nil) != test.pub || (note == "") != (test.words == nil) {
			t.Errorf("%s: %v, %v, %q", name, ids, half, note)
		}
		for _, w := range test.words {
			if !strings.Contains(note, w) {
				t.Errorf("%s: %q does not say %q", name, note, w)
			}
		}
	}
}

// securityKeyFile is the file that ssh-keygen -t ed25519-sk writes, but for the
// private part, which only the token could use.
func securityKeyFile(public ssh.PublicKey) string {
	body := append([]byte("openssh-key-v1\x00"), ssh.Marshal(struct {
		Cipher, KDF, Options string
		Count                uint32
		Public, Private      []byte
	}{"none", "none", "", 1, public.Marshal(), ssh.Marshal(struct {
		Check1, Check2 uint32
		Kind           string
	}{7, 7, ssh.KeyAlgoSKED25519})})...)
	return string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: body}))
}
