package sshauth

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

	"github.com/sa2c/sunpyter/internal/sshtest"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Keys that OpenSSL 3 locks, with its own defaults and with others.
func TestLockedByOpenSSL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip(err)
	}
	p := sshtest.NewUser(t)
	secret, err := rsa.GenerateKey(rand.Reader, 2048)
	sshtest.Must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	sshtest.Must(t, err)
	plain := p.Write("plain", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	for _, options := range []string{"-v2 aes-256-cbc", "-v2 aes-192-cbc -v2prf hmacWithSHA512", "-v2 aes-128-cbc -v2prf hmacWithSHA1 -iter 5000", "-v2 aes-256-cbc -v2prf hmacWithSHA384"} {
		args := append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:x y"}, strings.Fields(options)...)
		locked, err := exec.Command("openssl", args...).Output()
		sshtest.Must(t, err)
		key, err := parseLockedKey(locked, []byte("x y"))
		if err != nil || !secret.Equal(key) {
			t.Errorf("%s: %v", options, err)
		}
		if _, err = parseLockedKey(locked, []byte("wrong")); err != x509.IncorrectPasswordError {
			t.Errorf("%s, wrong passphrase: %v", options, err)
		}
	}
	old, err := exec.Command("openssl", "pkcs8", "-topk8", "-in", plain, "-passout", "pass:x", "-v2", "des3").Output()
	sshtest.Must(t, err)
	if _, err = parseLockedKey(old, []byte("x")); err == nil || !strings.Contains(err.Error(), "ssh-keygen -p") {
		t.Errorf("triple DES: %v", err)
	}
}

func FuzzLockedPKCS8(f *testing.F) {
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	sshtest.Must(f, err)
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	sshtest.Must(f, err)
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		if len(der) < 4096 {
			_, _ = parseLockedKey(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), []byte("x"))
		}
	})
}

// FuzzKeyFile: a file that cannot be used has a note, or is no key at all.
func FuzzKeyFile(f *testing.F) {
	dir := f.TempDir()
	for _, kind := range []string{"-t ed25519", "-t ed25519 -N x", "-t rsa -b 1024 -m PEM", "-t ecdsa -m PKCS8 -N xxxxx"} {
		file := filepath.Join(dir, "seed")
		sshtest.KeyGen(f, file, "", strings.Fields(kind)...)
		for _, name := range []string{file, file + ".pub"} {
			text, err := os.ReadFile(name)
			sshtest.Must(f, err)
			f.Add(text)
			sshtest.Must(f, os.Remove(name))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(dir, "key")
		sshtest.Must(t, os.WriteFile(file, text, 0o600))
		ids, _, note := loadKeyFile(file)
		if len(ids) > 0 && note != "" {
			t.Errorf("%q: it is used, and %s", text, note)
		}
		for _, id := range ids {
			if signer := id.file.opened(); signer != nil && sshkey.Fingerprint(signer.PublicKey()) != sshkey.Fingerprint(id.public) {
				t.Errorf("%q: not the key that is offered", text)
			}
		}
	})
}

func TestKeyFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	p := sshtest.NewUser(t)
	key := p.Key(nil, "open", "")
	sshtest.Must(t, os.Chmod(key, 0o640))
	skPublic, _ := sshtest.SecurityKey(t)
	public := p.Key(nil, "lone", "x")
	sshtest.KeyGen(t, p.File("rsa"), sshtest.Password, "-t", "rsa", "-m", "PEM")
	sshtest.Must(t, os.Remove(p.File("rsa.pub")))
	dsa := sshtest.SSHBefore(t, sshtest.WithoutDSA)
	if dsa {
		sshtest.KeyGen(t, p.File("dsa"), "", "-t", "dsa")
		sshtest.KeyGen(t, p.File("dsa-pem"), "", "-t", "dsa", "-m", "PEM")
		sshtest.KeyGen(t, p.File("dsa-locked"), "x", "-t", "dsa")
	} else {
		t.Log("the installed ssh-keygen makes no DSA keys")
	}
	for name, test := range map[string]struct {
		file  string
		words []string
		pub   bool
	}{
		"too open":       {key, []string{"0640", "too open", "chmod 600"}, true},
		"security key":   {p.Write("sk", sshtest.SecurityKeyFile(skPublic)), []string{"security key", "ssh-add " + p.File("sk")}, true},
		"PuTTY's":        {p.Write("ppk", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n"), []string{"Pageant", "puttygen"}, false},
		"nothing":        {p.Write("junk", "junk\n"), []string{"not a private key"}, false},
		"folder":         {p.Dir, nil, false},
		"public half":    {public + ".pub", nil, true},
		"DSA":            {p.File("dsa"), []string{"DSA"}, true},
		"DSA in PEM":     {p.File("dsa-pem"), []string{"DSA"}, true},
		"DSA, locked":    {p.File("dsa-locked"), []string{"DSA"}, true},
		"locked, secret": {p.File("rsa"), []string{"ssh-keygen -y"}, false},
		"a newer kind":   {p.Write("new", sshtest.UnknownKeyFile("ssh-mldsa44-ed25519")), []string{"a type (ssh-mldsa44-ed25519) that Sunpyter does not support", "ssh = "}, false},
		"missing":        {p.File("missing"), nil, false},
	} {
		if strings.HasPrefix(name, "DSA") && !dsa {
			continue
		}
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

// TestNewerKeyKinds: keys that only a newer OpenSSH makes are named, and do not affect others.
func TestNewerKeyKinds(t *testing.T) {
	t.Parallel()
	made := 0
	for version, ssh := range sshtest.SSHPrograms(t) {
		p := sshtest.NewUser(t)
		if exec.Command(sshtest.Beside(ssh, "ssh-keygen"), "-q", "-t", "mldsa44-ed25519", "-N", "", "-f", p.File("new")).Run() != nil {
			continue
		}
		made++
		sshtest.Must(t, exec.Command(sshtest.Beside(ssh, "ssh-keygen"), "-q", "-t", "mldsa44-ed25519", "-N", "open sesame", "-f", p.File("locked")).Run())
		ring := LoadKeyring(sshtest.Context(t), &sshconfig.Target{Methods: sshconfig.Methods{PublicKey: true},
			Keys: sshconfig.Keys{IdentityFiles: []string{p.File("new"), p.File("locked"), p.Key(nil, "known", "")}}})
		if len(ring.ids) != 1 || ring.ids[0].label != p.File("known") || len(ring.notes) != 2 {
			t.Errorf("%s: %v, %q", version, ring.ids, ring.notes)
		}
		for _, note := range ring.notes {
			if !strings.Contains(note, "a type (ssh-mldsa44-ed25519) that Sunpyter does not support") {
				t.Errorf("%s: %s", version, note)
			}
		}
		sshtest.Must(t, ring.Close())
	}
	if made == 0 {
		t.Log("no ssh-keygen here makes such a key: only TestKeyFilesThatCannotBeUsed has one")
	}
}
