package hostkeys

import (
	"bytes"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
)

// revocationMagic begins a key revocation list in OpenSSH's binary form.
var revocationMagic = []byte("SSHKRL\n")

// readRevoked returns the fingerprints of the keys in a RevokedHostKeys file: public
// keys, one per line. Without the list no host is trusted, as in ssh.
func readRevoked(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := bounded.ReadFile(file, maxKnownHosts)
	f := &fault.Error{Code: fault.SSHConfig, Tried: "reading " + file + " (RevokedHostKeys)", Err: err}
	if err != nil {
		f.Answer, f.Advice = err.Error(), "Make it readable, or correct RevokedHostKeys in the ssh configuration: without it no host's key is trusted."
		return nil, f
	}
	if bytes.HasPrefix(text, revocationMagic) {
		f.Answer = "it is a binary list (KRL), which Sunpyter can't read"
		f.Advice = "Name a file of public keys instead, one per line; without the list no host's key is trusted."
		return nil, f
	}
	var fingerprints []string
	for line := range bytes.Lines(text) {
		if key, _, _, _, err := ssh.ParseAuthorizedKey(line); err == nil {
			fingerprints = append(fingerprints, sshkey.Fingerprint(key))
		}
	}
	return fingerprints, nil
}
