package tunnel

import (
	"context"
	"fmt"
	"io"
	"slices"

	"golang.org/x/crypto/ssh"
)

// maxOffers is how many keys are offered: sshd's MaxAuthTries is 6.
const maxOffers = 6

// keyring is all that we may offer to a host, in the order of offering.
type keyring struct {
	ids   []*identity
	agent *keyAgent // nil: none
	// notes say what kept other keys out.
	notes []string
}

// gatherKeys collects the keys for t in ssh's order: the agent's keys that the
// configuration names, the agent's other keys, then the files. Past maxOffers
// it is the agent's other keys that are left out.
func gatherKeys(ctx context.Context, t *Target) *keyring {
	r := &keyring{}
	var files []*identity
	named := map[string]bool{}
	for _, path := range t.IdentityFiles {
		ids, public, note := loadKeyFile(path)
		files = append(files, ids...)
		if public != nil {
			named[fingerprint(public)] = true
		}
		if note != "" {
			r.notes = append(r.notes, note)
		}
	}
	if t.Agent != "" {
		var err error
		if r.agent, err = openAgent(ctx, t.Agent); err != nil {
			r.notes = append(r.notes, fmt.Sprintf("the ssh agent at %s does not answer (%v)", t.Agent, err))
		}
	}
	first, others := r.agentKeys(named)
	files = slices.DeleteFunc(files, func(id *identity) bool {
		return slices.ContainsFunc(first, func(a *identity) bool { return sameKey(a.public, id.public) })
	})
	if t.IdentitiesOnly {
		others = nil
	}
	if room := max(0, maxOffers-len(first)-len(files)); len(others) > room {
		r.notes = append(r.notes, fmt.Sprintf("%d more keys of the agent were not offered: hosts allow about %d", len(others)-room, maxOffers))
		others = others[:room]
	}
	r.ids = slices.Concat(first, others, files)
	r.ids = r.ids[:min(len(r.ids), maxOffers)]
	return r
}

// agentKeys parts the agent's keys into those that are named and the others.
func (r *keyring) agentKeys(named map[string]bool) (first, others []*identity) {
	if r.agent == nil {
		return nil, nil
	}
	for _, id := range r.agent.keys {
		if named[fingerprint(id.public)] {
			first = append(first, id)
		} else {
			others = append(others, id)
		}
	}
	return first, others
}

// close ends what the keyring holds open.
func (r *keyring) close() { r.agent.close() }

// fingerprint is the same for a key and for certificates of it.
func fingerprint(key ssh.PublicKey) string {
	if cert, ok := key.(*ssh.Certificate); ok {
		key = cert.Key
	}
	return ssh.FingerprintSHA256(key)
}

func sameKey(a, b ssh.PublicKey) bool {
	return slices.Equal(a.Marshal(), b.Marshal())
}

// signWith signs with the algorithm that was agreed with the host.
func signWith(s ssh.Signer, rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	if as, ok := s.(ssh.AlgorithmSigner); ok {
		return as.SignWithAlgorithm(rand, data, algorithm)
	}
	return s.Sign(rand, data)
}
