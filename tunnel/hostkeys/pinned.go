package hostkeys

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// Pinned are a node's own keys, and the algorithms to ask for.
type Pinned struct {
	keys       []ssh.PublicKey
	Algorithms []string
}

// Kind returns the kind of the first key.
func (k Pinned) Kind() string { return k.keys[0].Type() }

// ParsePinned reads the keys of the node t.
func ParsePinned(t *sshconfig.Target, lines []string) (k Pinned, err error) {
	for _, line := range lines {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			continue // a kind of key that we do not know cannot be used
		}
		k.keys = append(k.keys, key)
		if key.Type() == ssh.KeyAlgoRSA {
			k.Algorithms = append(k.Algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			k.Algorithms = append(k.Algorithms, key.Type())
		}
	}
	if len(k.keys) == 0 {
		return k, &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.Label(),
			Answer: "none of the node's own keys could be read", Advice: "Without one, the node can't be verified. Ask the site whether its nodes have SSH host keys."}
	}
	return k, nil
}

// Check refuses any other key of the node t.
func (h Pinned) Check(t *sshconfig.Target, key ssh.PublicKey) error {
	if slices.ContainsFunc(h.keys, func(k ssh.PublicKey) bool { return sshkey.Equal(k, key) }) {
		return nil
	}
	want := make([]string, len(h.keys))
	for i, k := range h.keys {
		want[i] = sshkey.Describe(k)
	}
	return &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.Label(),
		Answer: fmt.Sprintf("the node presents the %s; read on the node itself, it is the %s", sshkey.Describe(key), strings.Join(want, " or the ")),
		Advice: NodeKeyAdvice}
}

const NodeKeyAdvice = "Something else answers for the node, perhaps another host with the same address. Nothing was sent to it; tell the site's support."
