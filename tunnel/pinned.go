package tunnel

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
)

// hostKeys are a node's own keys, and the algorithms to ask for.
type hostKeys struct {
	known      []ssh.PublicKey
	algorithms []string
}

// kind returns the kind of the first key.
func (k hostKeys) kind() string { return k.known[0].Type() }

// readHostKeys reads the keys of the node t.
func readHostKeys(t *Target, lines []string) (k hostKeys, err error) {
	for _, line := range lines {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			continue // a kind of key that we do not know is no use
		}
		k.known = append(k.known, key)
		if key.Type() == ssh.KeyAlgoRSA {
			k.algorithms = append(k.algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			k.algorithms = append(k.algorithms, key.Type())
		}
	}
	if len(k.known) == 0 {
		return k, &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.label(),
			Answer: "none of the node's own keys could be read", Advice: "Without one the node cannot be told from an impostor. Ask the site whether its nodes have SSH host keys."}
	}
	return k, nil
}

// check refuses any other key of the node t.
func (h hostKeys) check(t *Target, key ssh.PublicKey) error {
	if slices.ContainsFunc(h.known, func(k ssh.PublicKey) bool { return sameKey(k, key) }) {
		return nil
	}
	want := make([]string, len(h.known))
	for i, k := range h.known {
		want[i] = describeKey(k)
	}
	return &fault.Error{Code: fault.NodeKeyMismatch, Tried: "checking the host key of the node " + t.label(),
		Answer: fmt.Sprintf("the node shows the %s; from inside the node it is the %s", describeKey(key), strings.Join(want, " or the ")),
		Advice: nodeKeyAdvice}
}

const nodeKeyAdvice = "Something else answers for the node, perhaps another host with the same address. Nothing was sent to it; tell the site."
