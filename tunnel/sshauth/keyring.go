package sshauth

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// maxOffers is how many keys are offered: sshd's MaxAuthTries is 6.
const maxOffers = 6

// Keyring has all keys that we may offer to a host, in order.
type Keyring struct {
	ids   []*Key
	agent *keyAgent // nil: none
	// notes are why other keys were left out.
	notes []string
}

// LoadKeyring collects the keys for t in ssh's order: the agent's keys that the
// configuration names, the agent's other keys, then the files. Beyond maxOffers
// the agent's other keys are left out.
func LoadKeyring(ctx context.Context, t *sshconfig.Target) *Keyring {
	r := &Keyring{}
	if !t.Methods.PublicKey {
		return r
	}
	files, named := r.readFiles(t)
	if t.Keys.Agent != "" {
		var err error
		if r.agent, err = openAgent(ctx, t.Keys.Agent); err != nil {
			r.notes = append(r.notes, fmt.Sprintf("the ssh agent at %s does not answer (%v): start it again, and add your key with ssh-add", t.Keys.Agent, err))
		}
	}
	certificates := r.certificates(t, files, named)
	first, others := r.agentKeys(named)
	first = append(certificates, first...)
	files = slices.DeleteFunc(files, func(id *Key) bool {
		return slices.ContainsFunc(first, func(a *Key) bool { return sshkey.Equal(a.public, id.public) })
	})
	if t.Keys.IdentitiesOnly {
		others = nil
	}
	first, others, files = r.allowed(t, first), r.allowed(t, others), r.allowed(t, files)
	if room := max(0, maxOffers-len(first)-len(files)); len(others) > room {
		r.notes = append(r.notes, fmt.Sprintf("%d more keys of the agent were not offered: hosts allow about %d", len(others)-room, maxOffers))
		others = others[:room]
	}
	r.ids = slices.Concat(first, others, files)
	for _, id := range r.ids[min(len(r.ids), maxOffers):] {
		r.notes = append(r.notes, fmt.Sprintf("%s was not offered: hosts allow about %d keys, and the ssh configuration names more", id.label, maxOffers))
	}
	r.ids = r.ids[:min(len(r.ids), maxOffers)]
	return r
}

// readFiles reads the identity files; named are the fingerprints of all keys
// that they name, also of those that only the agent has.
func (r *Keyring) readFiles(t *sshconfig.Target) (files []*Key, named map[string]bool) {
	named = map[string]bool{}
	for _, path := range t.Keys.IdentityFiles {
		ids, public, note := loadKeyFile(path)
		files = append(files, ids...)
		if public != nil {
			named[sshkey.Fingerprint(public)] = true
		}
		if note != "" {
			r.notes = append(r.notes, note)
		}
	}
	return files, named
}

// certificates pairs each CertificateFile with the key that it is for, of the
// agent or of a file, and those next to the key files with keys of the agent.
func (r *Keyring) certificates(t *sshconfig.Target, files []*Key, named map[string]bool) (out []*Key) {
	for _, path := range t.Keys.CertificateFiles {
		cert, ok := readPublicKey(path).(*ssh.Certificate)
		if !ok {
			r.notes = append(r.notes, path+" (CertificateFile) is missing or not a certificate")
			continue
		}
		named[sshkey.Fingerprint(cert)] = true
		i := slices.IndexFunc(files, func(id *Key) bool { return sshkey.Fingerprint(id.public) == sshkey.Fingerprint(cert) })
		if id := r.agentKeyFor(cert); id != nil {
			out = append(out, &Key{public: cert, label: path, sign: id.sign})
		} else if i >= 0 {
			out = append(out, &Key{public: cert, label: path, file: files[i].file})
		} else {
			r.notes = append(r.notes, "the key for the certificate "+path+" is neither in the agent nor among the key files")
		}
	}
	for _, path := range t.Keys.IdentityFiles {
		path = strings.TrimSuffix(path, ".pub") + "-cert.pub"
		cert, ok := readPublicKey(path).(*ssh.Certificate)
		if id := r.agentKeyFor(cert); ok && id != nil {
			out = append(out, &Key{public: cert, label: path, sign: id.sign})
		}
	}
	return out
}

// agentKeyFor finds the agent's plain key for a certificate.
func (r *Keyring) agentKeyFor(cert *ssh.Certificate) *Key {
	if r.agent == nil || cert == nil {
		return nil
	}
	i := slices.IndexFunc(r.agent.keys, func(id *Key) bool { return sshkey.Equal(id.public, cert.Key) })
	if i < 0 {
		return nil
	}
	return r.agent.keys[i]
}

// allowed leaves out the keys that the configuration does not let us use.
func (r *Keyring) allowed(t *sshconfig.Target, ids []*Key) []*Key {
	return slices.DeleteFunc(slices.Clone(ids), func(id *Key) bool {
		if cert, ok := id.public.(*ssh.Certificate); ok && cert.ValidBefore != ssh.CertTimeInfinity && time.Now().Unix() >= int64(cert.ValidBefore) {
			r.notes = append(r.notes, fmt.Sprintf("the certificate %s expired on %s: get a new one", id.label, time.Unix(int64(cert.ValidBefore), 0).Format("2 January 2006")))
		}
		switch {
		case len(t.Algorithms.Signatures(id.public)) == 0:
			r.notes = append(r.notes, id.label+" is of a type ("+sshkey.Kind(sshkey.Plain(id.public))+") that the ssh configuration does not allow (PubkeyAcceptedAlgorithms)")
		case sshkey.RSABits(id.public) > 0 && sshkey.RSABits(id.public) < t.Keys.MinRSABits:
			r.notes = append(r.notes, fmt.Sprintf("%s has only %d bits, and the ssh configuration asks for %d (RequiredRSASize)", id.label, sshkey.RSABits(id.public), t.Keys.MinRSABits))
		default:
			return false
		}
		return true
	})
}

// agentKeys splits the agent's keys into those that are named and the others.
func (r *Keyring) agentKeys(named map[string]bool) (first, others []*Key) {
	if r.agent == nil {
		return nil, nil
	}
	for _, id := range r.agent.keys {
		if named[sshkey.Fingerprint(id.public)] {
			first = append(first, id)
		} else {
			others = append(others, id)
		}
	}
	return first, others
}

// Keys returns the keys in the order of offering.
func (r *Keyring) Keys() []*Key { return r.ids }

// Unlock asks p for the passphrase of the key file at path until it is right. It reports
// false if the keyring does not have it, or it is already open.
func (r *Keyring) Unlock(ctx context.Context, t *sshconfig.Target, p prompts.Prompter, path, detail string) (ours bool, err error) {
	for _, id := range r.ids {
		if id.file != nil && id.file.path == path && id.Locked() {
			return true, id.file.open(ctx, t, p, detail)
		}
	}
	return false, nil
}

// Close closes the agent's connection.
func (r *Keyring) Close() error {
	if r.agent != nil {
		_ = r.agent.conn.Close()
	}
	return nil
}
