package sshauth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

const (
	// maxKeyFile is how much of a key file is read, in bytes.
	maxKeyFile = 1 << 20
	// maxPassphraseTries is how often a passphrase may be mistyped. These are
	// not login attempts: the key is opened on this computer.
	maxPassphraseTries = 3
)

// Key is a key that can be offered: from the agent, or from a file, which
// may still be locked.
type Key struct {
	public ssh.PublicKey
	// label is where it comes from: a path, or the agent's comment.
	label string
	// sign signs with an algorithm; nil for a key file.
	sign func(data []byte, algorithm string) (*ssh.Signature, error)
	file *keyFile
}

// NewKey returns a key with which sign signs. label is where it comes from.
func NewKey(public ssh.PublicKey, label string, sign func(data []byte, algorithm string) (*ssh.Signature, error)) *Key {
	return &Key{public: public, label: label, sign: sign}
}

// Public returns the public half, which may be a certificate.
func (id *Key) Public() ssh.PublicKey { return id.public }

// Source returns where the key comes from: a path, or the agent's comment.
func (id *Key) Source() string { return id.label }

// String describes the key in a message.
func (id *Key) String() string { return id.label + " (" + sshkey.Fingerprint(id.public) + ")" }

// Locked reports whether the key can sign only once its passphrase was asked for.
func (id *Key) Locked() bool { return id.sign == nil && id.file.opened() == nil }

// Sign signs with the algorithm that was negotiated with the host. The key must not be locked.
func (id *Key) Sign(data []byte, algorithm string) (*ssh.Signature, error) {
	if id.sign != nil {
		return id.sign(data, algorithm)
	}
	return signWith(id.file.opened(), data, algorithm)
}

func signWith(s ssh.Signer, data []byte, algorithm string) (*ssh.Signature, error) {
	if as, ok := s.(ssh.AlgorithmSigner); ok {
		return as.SignWithAlgorithm(rand.Reader, data, algorithm)
	}
	return s.Sign(rand.Reader, data)
}

// keyFile is a private key file. Its key is opened when it is first needed.
type keyFile struct {
	path string
	text []byte

	mu       sync.Mutex
	signer   ssh.Signer // guarded by mu; nil while locked
	unlocked any        // guarded by mu; the key itself, once a passphrase opened it
}

func (f *keyFile) opened() ssh.Signer {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.signer
}

// KeyFiles are key files by their path and public half, for hosts that are
// reached through one another.
type KeyFiles map[string]*keyFile

// Share makes ids use the files that are already known, and adds the others.
func (k KeyFiles) Share(keys *Keyring) {
	for _, id := range keys.ids {
		if id.file == nil {
			continue
		}
		name := id.file.path + "\n" + sshkey.Fingerprint(id.public)
		if known := k[name]; known != nil {
			id.file = known
			continue
		}
		k[name] = id.file
	}
}

// takeUnlocked returns the key if a passphrase has opened it, once; else nil.
func (f *keyFile) takeUnlocked() (key any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key, f.unlocked = f.unlocked, nil
	return key
}

// unlock opens the file with a passphrase.
func (f *keyFile) unlock(phrase string) error {
	key, err := parseLockedKey(f.text, []byte(phrase))
	if err != nil {
		return err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signer, f.unlocked, f.text = signer, key, nil
	return nil
}

// open asks for the passphrase until it is right. detail is what it is for.
func (f *keyFile) open(ctx context.Context, t *sshconfig.Target, p prompts.Prompter, detail string) error {
	if f.opened() != nil {
		return nil
	}
	if p == nil {
		return errors.New("the key is locked and nobody can be asked for its passphrase")
	}
	q := prompts.SecretQuestion{Host: t.Host, User: t.User, Purpose: prompts.PurposePassphrase,
		Prompt: "Passphrase of the key " + f.path, Detail: detail}
	for range maxPassphraseTries {
		phrase, err := p.Secret(ctx, q)
		if err != nil {
			return prompts.Unanswered(ctx, "asking for the passphrase of "+f.path, err)
		}
		err = f.unlock(phrase)
		if err == nil {
			return nil
		}
		if phrase != "" && !errors.Is(err, x509.IncorrectPasswordError) { // an empty one has an error of its own
			return fmt.Errorf("opening %s: %w", f.path, err)
		}
		q.Wrong, q.Detail = true, "That was not the passphrase of this key. Nothing was sent to the host."
	}
	return errors.New("the passphrase was wrong")
}

// loadKeyFile reads one identity file. It returns no key if the file holds
// only a public key (then the agent may have the private half), and a note if a
// file cannot be used.
func loadKeyFile(path string) (ids []*Key, public ssh.PublicKey, note string) {
	text, err := bounded.ReadFile(path, maxKeyFile)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			note = path + " cannot be read: " + err.Error()
		}
		return nil, readPublicKey(path + ".pub"), note
	}
	signer, err := ssh.ParsePrivateKey(text)
	public, note = publicHalf(path, text, signer, err)
	if public != nil && public.Type() == "ssh-dss" {
		note = path + " is a DSA key, which ssh no longer supports; create another with: ssh-keygen -t ed25519"
	}
	if public == nil || note != "" {
		return nil, public, note
	}
	if err != nil && !isLocked(err, text) { // a public key instead of a private one
		return nil, public, ""
	}
	if mode, open := tooOpen(path); open {
		return nil, public, fmt.Sprintf("permissions %#o for %s are too open: others can read this private key, so it is not used (ssh would refuse it too); fix it with: chmod 600 %s", mode, path, path)
	}
	file := &keyFile{path: path, text: text, signer: signer}
	if cert := readCertificate(path+"-cert.pub", public); cert != nil {
		ids = append(ids, &Key{public: cert, label: path + "-cert.pub", file: file})
	}
	return append(ids, &Key{public: public, label: path, file: file}), public, ""
}

// publicHalf returns the public half of the key in an identity file, or why
// the file cannot be used. err is why it did not open at once.
func publicHalf(path string, text []byte, signer ssh.Signer, err error) (public ssh.PublicKey, note string) {
	if err == nil {
		return signer.PublicKey(), ""
	}
	if key, _, _, _, err := ssh.ParseAuthorizedKey(text); err == nil {
		return key, ""
	}
	public = embeddedPublicKey(text)
	if public == nil {
		public = readPublicKey(path + ".pub")
	}
	if kind := unknownKind(path, text); public == nil && kind != "" {
		return nil, path + " is a key of a type (" + kind + ") that Sunpyter does not support: use another key, or " + sshconfig.UseSSHAdvice
	}
	switch {
	case public != nil && strings.HasPrefix(public.Type(), "sk-"):
		return public, path + " is a security key: it is used through the ssh agent only; add it with: ssh-add " + path
	case bytes.HasPrefix(text, []byte("PuTTY-User-Key-File")):
		return public, path + " is in PuTTY's format: load it into Pageant, or convert it with: puttygen " + path + " -O private-openssh -o " + path + "_openssh"
	case !isLocked(err, text):
		return public, path + " is not a private key that can be used without an agent (" + bounded.Text(err.Error(), 200) + ")"
	case public == nil:
		return nil, path + " is encrypted and its public key is missing; create it with: ssh-keygen -y -f " + path + " > " + path + ".pub"
	}
	return public, ""
}

// isLocked reports whether a file that could not be parsed only needs its passphrase.
func isLocked(err error, text []byte) bool {
	_, missing := errors.AsType[*ssh.PassphraseMissingError](err)
	return missing || isLockedPKCS8(text)
}

// embeddedPublicKey reads the public half, which OpenSSH's own format has in clear.
func embeddedPublicKey(text []byte) ssh.PublicKey {
	public, err := ssh.ParsePublicKey(embeddedBlob(text))
	if err != nil {
		return nil
	}
	return public
}

// embeddedBlob returns the public half in OpenSSH's own format; nil: text is of another one.
func embeddedBlob(text []byte) []byte {
	const magic = "openssh-key-v1\x00"
	block, _ := pem.Decode(text)
	if block == nil || !bytes.HasPrefix(block.Bytes, []byte(magic)) {
		return nil
	}
	var header struct {
		Cipher, KDF, Options string
		Count                uint32
		Public               []byte
		Rest                 []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(block.Bytes[len(magic):], &header) != nil {
		return nil
	}
	return header.Public
}

// unknownKind returns the kind of a key that the library does not know, such as one that a newer
// ssh-keygen made; empty: there is no key, or it is known.
func unknownKind(path string, text []byte) string {
	blob := embeddedBlob(text)
	if blob == nil {
		text, _ = bounded.ReadFile(path+".pub", maxKeyFile)
		if words := bytes.Fields(text); len(words) > 1 {
			blob, _ = base64.StdEncoding.DecodeString(string(words[1]))
		}
	}
	var key struct {
		Kind string
		Rest []byte `ssh:"rest"`
	}
	if _, err := ssh.ParsePublicKey(blob); err == nil || ssh.Unmarshal(blob, &key) != nil {
		return ""
	}
	return bounded.Text(key.Kind, 100)
}

func readPublicKey(path string) ssh.PublicKey {
	text, err := bounded.ReadFile(path, maxKeyFile)
	if err != nil {
		return nil
	}
	key, _, _, _, _ := ssh.ParseAuthorizedKey(text) // nil with an error
	return key
}

// readCertificate reads the certificate next to a key file, if it is for that key.
func readCertificate(path string, key ssh.PublicKey) *ssh.Certificate {
	cert, ok := readPublicKey(path).(*ssh.Certificate)
	if !ok || !sshkey.Equal(cert.Key, key) {
		return nil
	}
	return cert
}
