package tunnel

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"golang.org/x/crypto/ssh"
)

const (
	// maxKeyFile is how much of a key file is read, in bytes.
	maxKeyFile = 1 << 20
	// maxPassphraseTries is how often a passphrase may be mistyped. These are
	// no login attempts: the key is opened on this computer.
	maxPassphraseTries = 3
)

// identity is a key that can be offered: from the agent, or from a file, which
// may still be locked.
type identity struct {
	public ssh.PublicKey
	// label says where it comes from: a path, or the agent's comment.
	label string
	// agentKey signs; nil for a key file.
	agentKey ssh.Signer
	file     *keyFile
}

// String describes the key in a message.
func (id *identity) String() string {
	public := id.public
	if cert, ok := public.(*ssh.Certificate); ok {
		public = cert.Key
	}
	return id.label + " (" + ssh.FingerprintSHA256(public) + ")"
}

// ready gives the signer if it can sign without asking for a passphrase.
func (id *identity) ready() ssh.Signer {
	if id.agentKey != nil {
		return id.agentKey
	}
	return id.file.opened()
}

// keyFile is a private key file. Its key is opened when it is first needed.
type keyFile struct {
	path string
	text []byte

	mu     sync.Mutex
	signer ssh.Signer // guarded by mu; nil while locked
}

func (f *keyFile) opened() ssh.Signer {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.signer
}

// errWrongPassphrase: the passphrase was mistyped too often.
var errWrongPassphrase = errors.New("the passphrase was wrong")

// open asks for the passphrase until it is right.
func (f *keyFile) open(ctx context.Context, t *Target, p Prompter) (ssh.Signer, error) {
	if s := f.opened(); s != nil {
		return s, nil
	}
	if p == nil {
		return nil, errors.New("the key is locked and nobody can be asked for its passphrase")
	}
	q := SecretQuestion{Host: t.Host, User: t.User, Purpose: PurposePassphrase,
		Prompt: "Passphrase of the key " + f.path, Detail: t.label() + " accepts this key."}
	for range maxPassphraseTries {
		phrase, err := p.Secret(ctx, q)
		if err != nil {
			return nil, promptFault(ctx, "asking for the passphrase of "+f.path, err)
		}
		signer, err := ssh.ParsePrivateKeyWithPassphrase(f.text, []byte(phrase))
		if err == nil {
			f.mu.Lock()
			f.signer, f.text = signer, nil
			f.mu.Unlock()
			return signer, nil
		}
		if phrase != "" && !errors.Is(err, x509.IncorrectPasswordError) { // an empty one has an error of its own
			return nil, fmt.Errorf("opening %s: %w", f.path, err)
		}
		q.Detail = "That was not the passphrase of this key. Nothing was sent to the host."
	}
	return nil, errWrongPassphrase
}

// loadKeyFile reads one identity file. It gives no identity where the file holds
// only a public key (then the agent may have the private half) and notes what
// keeps a file from being used.
func loadKeyFile(path string) (ids []*identity, public ssh.PublicKey, note string) {
	text, err := readBounded(path, maxKeyFile)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			note = path + " cannot be read: " + err.Error()
		}
		return nil, readPublicKey(path + ".pub"), note
	}
	public = readPublicKey(path + ".pub")
	signer, err := ssh.ParsePrivateKey(text)
	locked, isLocked := errors.AsType[*ssh.PassphraseMissingError](err)
	switch {
	case err == nil:
		public = signer.PublicKey()
	case isLocked && locked.PublicKey != nil:
		public = locked.PublicKey
	case isLocked && public == nil:
		return nil, nil, path + " is locked and in an old format; make its public half with: ssh-keygen -y -f " + path + " > " + path + ".pub"
	case !isLocked:
		if key, _, _, _, err := ssh.ParseAuthorizedKey(text); err == nil {
			return nil, key, ""
		}
		return nil, public, path + " is no private key that can be used without an agent (" + clean(err.Error(), 200) + ")"
	}
	if tooOpen(path) {
		return nil, public, path + " can be read by others, so it is not used, as ssh does not; mend it with: chmod 600 " + path
	}
	file := &keyFile{path: path, text: text, signer: signer}
	if cert := readCertificate(path+"-cert.pub", public); cert != nil {
		ids = append(ids, &identity{public: cert, label: path + "-cert.pub", file: file})
	}
	return append(ids, &identity{public: public, label: path, file: file}), public, ""
}

// tooOpen reports whether a private key file has permissions that ssh refuses.
func tooOpen(path string) bool {
	if runtime.GOOS == "windows" {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o077 != 0
}

func readPublicKey(path string) ssh.PublicKey {
	text, err := readBounded(path, maxKeyFile)
	if err != nil {
		return nil
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(text)
	if err != nil {
		return nil
	}
	return key
}

// readCertificate reads the certificate beside a key file, if it is for that key.
func readCertificate(path string, key ssh.PublicKey) *ssh.Certificate {
	cert, ok := readPublicKey(path).(*ssh.Certificate)
	if !ok || ssh.FingerprintSHA256(cert.Key) != ssh.FingerprintSHA256(key) {
		return nil
	}
	return cert
}
