package sshauth

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// MakeKey makes a new ed25519 key in file, mode 0600, and its public half in
// file.pub, as ssh-keygen does; a passphrase, if not empty, locks it. It returns the
// public half as one line of authorized_keys. Existing files are never overwritten.
func MakeKey(file, comment, passphrase string) (public string, err error) {
	tried := "making the key " + file
	private, line, err := newKey(comment, passphrase)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o700)
	}
	if err == nil {
		err = writeKeyPair(file, private, line)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return "", &fault.Error{Code: fault.BadRequest, Tried: tried, Answer: "there is a key of that name already",
			Advice: "Use that one, or choose another name.", Err: err}
	case err != nil:
		return "", &fault.Error{Code: fault.BadRequest, Tried: tried, Answer: err.Error(), Advice: "Choose a folder that you can write to.", Err: err}
	}
	return line, nil
}

// newKey returns the two halves of a key: the file's text and the public line.
func newKey(comment, passphrase string) (private []byte, line string, err error) {
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", err
	}
	comment = bounded.Text(strings.ReplaceAll(comment, "\n", " "), 100)
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(secret, comment)
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(secret, comment, []byte(passphrase))
	}
	if err != nil {
		return nil, "", err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return nil, "", err
	}
	return pem.EncodeToMemory(block), strings.TrimSpace(sshkey.Line(key) + " " + comment), nil
}

// writeKeyPair writes both files, or neither.
func writeKeyPair(file string, private []byte, public string) error {
	if err := writeNew(file+".pub", []byte(public+"\n"), 0o644); err != nil {
		return err
	}
	if err := writeNew(file, private, 0o600); err != nil {
		_ = os.Remove(file + ".pub")
		return err
	}
	return nil
}

// writeNew writes a file that must not exist yet.
func writeNew(file string, text []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(file)
	}
	return err
}

// NewEphemeralKey makes a key for one connection, of the same kind as the host's own: some
// hosts accept no others (FIPS). It is an ECDSA key unless that is ed25519.
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
	return NewKey(signer.PublicKey(), "a key made for this connection", func(data []byte, algorithm string) (*ssh.Signature, error) {
		return signWith(signer, data, algorithm)
	}), nil
}

// HasKey reports whether there is any key for target, in the agent or in a file, or may be: one that
// cannot be used now, or an agent that does not answer. It never prompts.
func HasKey(ctx context.Context, target sshconfig.Target) bool {
	keys := LoadKeyring(ctx, &target)
	defer keys.Close()
	return len(keys.ids) > 0 || len(keys.notes) > 0
}

// NewKeyFile returns where the next login would find a new key for target:
// the first file of the configuration that does not exist, preferably id_ed25519,
// or "".
func NewKeyFile(target sshconfig.Target) string {
	free := slices.DeleteFunc(slices.Clone(target.Keys.IdentityFiles), func(path string) bool {
		return strings.HasSuffix(path, ".pub") || exists(path) || exists(path+".pub")
	})
	if !target.Methods.PublicKey || len(free) == 0 {
		return ""
	}
	return free[max(0, slices.IndexFunc(free, func(path string) bool { return strings.HasSuffix(path, "id_ed25519") }))]
}

// exists reports whether a file of that name exists.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
