package tunnel

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"golang.org/x/crypto/ssh"
)

// MakeKey makes a new ed25519 key in file, mode 0600, and its public half in
// file.pub, as ssh-keygen does; a passphrase, if not empty, locks it. It gives the
// public half as one line of authorized_keys. Files that exist are never written over.
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
			Advice: "Use that one, or give another name.", Err: err}
	case err != nil:
		return "", &fault.Error{Code: fault.BadRequest, Tried: tried, Answer: err.Error(), Advice: "Choose a folder that you may write to.", Err: err}
	}
	return line, nil
}

// newKey gives the two halves of a key: the file's text and the public line.
func newKey(comment, passphrase string) (private []byte, line string, err error) {
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", err
	}
	comment = clean(strings.ReplaceAll(comment, "\n", " "), 100)
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
	return pem.EncodeToMemory(block), strings.TrimSpace(keyLine(key) + " " + comment), nil
}

// keyLine is a public key as it stands in authorized_keys, without a comment.
func keyLine(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
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

// installScript appends the key on its stdin to ~/.ssh/authorized_keys, unless it
// is there. It is handed to whatever shell the person has there, within single
// quotes: no quote, exclamation mark or line end may stand in it.
const installScript = `umask 077; cd || exit 1; ` +
	`IFS= read -r line || exit 1; key=$(printf "%s\n" "$line" | cut -d " " -f 1,2); ` +
	`mkdir -p .ssh || exit 1; file=.ssh/authorized_keys; ` +
	`if [ -f "$file" ] && grep -v "^[[:space:]]*#" "$file" | grep -qF -e "$key"; then echo there; exit 0; fi; ` +
	`if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo >> "$file" || exit 1; fi; ` +
	`printf "%s\n" "$line" >> "$file" || exit 1; ` +
	`if type restorecon >/dev/null 2>&1; then restorecon -F .ssh "$file" >/dev/null 2>&1; fi; echo added`

// InstallKey puts a public key, one line of authorized_keys, in place on the host,
// as ssh-copy-id does, so that the next login is by that key. added is false
// where it was there already.
//
// Faults: BadRequest for a line that is no plain public key, HomeNotWritable, and those of Run.
func (c *Conn) InstallKey(ctx context.Context, public string) (added bool, err error) {
	tried := "putting the public key in place on " + c.target.label()
	key, comment, options, rest, err := ssh.ParseAuthorizedKey([]byte(public))
	if err != nil || len(options) > 0 || len(strings.TrimSpace(string(rest))) > 0 {
		return false, &fault.Error{Code: fault.BadRequest, Tried: tried, Answer: "this is no public key", Advice: "Give the one line of a .pub file.", Err: err}
	}
	line := strings.TrimSpace(keyLine(key) + " " + clean(comment, 100))
	stdout, stderr, exit, err := c.Run(ctx, "exec /bin/sh -c '"+installScript+"'", []byte(line+"\n"))
	if err != nil {
		return false, err
	}
	answer := strings.TrimSpace(string(stdout))
	switch {
	case exit == 0 && strings.HasSuffix(answer, "added"):
		return true, nil
	case exit == 0 && strings.HasSuffix(answer, "there"):
		return false, nil
	}
	return false, &fault.Error{Code: fault.HomeNotWritable, Tried: tried,
		Answer: fmt.Sprintf("it could not be written to ~/.ssh/authorized_keys (exit %d): %s", exit, clean(string(stderr)+answer, 500)),
		Advice: "Check that your home directory there has room and is writable, or put the key in place as the site's documents say."}
}
