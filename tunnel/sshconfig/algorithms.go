package sshconfig

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
)

// Algorithms are what may be agreed with a host, in the order of preference. An
// empty list leaves the choice to this package, which takes none with known weaknesses.
type Algorithms struct {
	// Ciphers, KeyExchanges and MACs protect the connection.
	Ciphers, KeyExchanges, MACs []string
	// HostKeys are the kinds of key with which a host may prove itself.
	HostKeys []string
	// PublicKeys are the kinds of key and signature that may be offered.
	PublicKeys []string
	// CASignatures are the signatures that a host's certificate may bear.
	CASignatures []string
}

// secure and all are the library's algorithms, without and with weak ones.
var (
	secure = ssh.SupportedAlgorithms()
	weak   = ssh.InsecureAlgorithms()
)

// algorithmList is one of ssh's lists: its keyword, also in the usual case, its name
// in the library's errors, and its place in Algorithms. A list without known is only
// compared with, so names that the library does not know are harmless.
type algorithmList struct {
	keyword, name, what string
	known               []string
	into                func(*Algorithms) *[]string
}

var algorithmLists = []algorithmList{
	{"ciphers", "Ciphers", "cipher", slices.Concat(secure.Ciphers, weak.Ciphers), func(a *Algorithms) *[]string { return &a.Ciphers }},
	{"kexalgorithms", "KexAlgorithms", "key exchange", slices.Concat(secure.KeyExchanges, weak.KeyExchanges, []string{"curve25519-sha256@libssh.org"}), func(a *Algorithms) *[]string { return &a.KeyExchanges }},
	{"macs", "MACs", "MAC", slices.Concat(secure.MACs, weak.MACs), func(a *Algorithms) *[]string { return &a.MACs }},
	{"hostkeyalgorithms", "HostKeyAlgorithms", "host key", slices.Concat(secure.HostKeys, weak.HostKeys), func(a *Algorithms) *[]string { return &a.HostKeys }},
	{"pubkeyacceptedalgorithms", "PubkeyAcceptedAlgorithms", "", nil, func(a *Algorithms) *[]string { return &a.PublicKeys }},
	{"pubkeyacceptedkeytypes", "PubkeyAcceptedKeyTypes", "", nil, func(a *Algorithms) *[]string { return &a.PublicKeys }}, // its name before OpenSSH 8.5
	{"casignaturealgorithms", "CASignatureAlgorithms", "", nil, func(a *Algorithms) *[]string { return &a.CASignatures }},
}

// setAlgorithms sets the lists that differ from ssh's own defaults: for
// the others, the library's order is faster. Names that the library does not
// know are dropped; a list of only those is an error.
func (t *Target) setAlgorithms(c, builtIn config) error {
	for _, list := range algorithmLists {
		value := c.first(list.keyword)
		if value == "" || value == builtIn.first(list.keyword) {
			continue
		}
		taken, dropped := list.read(value)
		if len(taken) == 0 {
			return &fault.Error{Code: fault.HandshakeFailed, Tried: "reading the ssh configuration of " + t.Label(),
				Answer: fmt.Sprintf("%s allows only %s, none of which is supported here; supported are %s", list.name, strings.Join(dropped, ", "), strings.Join(list.known, ", ")),
				Advice: "Add one of these to that line of the ssh configuration, if the host has it; or " + UseSSHAdvice}
		}
		if len(dropped) > 0 {
			t.ignored = append(t.ignored, list.name+": ignored, because Sunpyter does not support them: "+strings.Join(dropped, ", "))
		}
		*list.into(&t.Algorithms) = taken
	}
	return nil
}

// read splits a comma-separated list into known names and the rest. A list
// that begins with + - or ^ changes the default, as in ssh; `ssh -G` has done that already.
func (l algorithmList) read(value string) (taken, dropped []string) {
	sign := value[0]
	if strings.ContainsRune("+-^", rune(sign)) {
		value = value[1:]
	} else {
		sign = 0
	}
	names := strings.Split(value, ",")
	if sign == '-' {
		return slices.DeleteFunc(l.byDefault(), func(name string) bool {
			return slices.ContainsFunc(names, func(p string) bool { return MatchPattern(p, name) })
		}), nil
	}
	for _, name := range names {
		switch {
		case name == "" || slices.Contains(taken, name):
		case l.known == nil || slices.Contains(l.known, name):
			taken = append(taken, name)
		default:
			dropped = append(dropped, bounded.Text(name, 100))
		}
	}
	rest := slices.DeleteFunc(l.byDefault(), func(name string) bool { return slices.Contains(taken, name) })
	switch sign {
	case '+':
		taken = append(rest, taken...)
	case '^':
		taken = append(taken, rest...)
	}
	return taken, dropped
}

// byDefault returns a list's default if the configuration only modifies it.
func (l algorithmList) byDefault() []string {
	if l.known == nil {
		return slices.Concat(acceptedByDefault, sshkey.CertAlgorithms(acceptedByDefault))
	}
	strong := slices.Concat(secure.Ciphers, secure.KeyExchanges, secure.MACs, secure.HostKeys)
	return slices.DeleteFunc(slices.Clone(l.known), func(name string) bool { return !slices.Contains(strong, name) })
}

// acceptedByDefault are the signatures that ssh uses by default: no SHA-1, no DSA.
var acceptedByDefault = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}

// Signatures returns the algorithms with which key may sign for a host, best
// first; none: the configuration leaves this kind of key out.
func (a *Algorithms) Signatures(key ssh.PublicKey) []string {
	_, isCert := key.(*ssh.Certificate)
	kind := sshkey.Plain(key).Type()
	candidates := []string{kind}
	if kind == ssh.KeyAlgoRSA {
		candidates = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
	}
	allowed := orDefault(a.PublicKeys, slices.Concat(acceptedByDefault, sshkey.CertAlgorithms(acceptedByDefault)))
	place := func(name string) int {
		if isCert {
			name = sshkey.CertAlgorithms([]string{name})[0]
		}
		return slices.Index(allowed, name)
	}
	candidates = slices.DeleteFunc(candidates, func(name string) bool { return place(name) < 0 })
	slices.SortFunc(candidates, func(x, y string) int { return place(x) - place(y) })
	return candidates
}

// AllowsCA reports whether a certificate's own signature is of an allowed kind.
func (a *Algorithms) AllowsCA(cert *ssh.Certificate) bool {
	return cert.Signature != nil && slices.Contains(orDefault(a.CASignatures, acceptedByDefault), cert.Signature.Format)
}

func orDefault(chosen, byDefault []string) []string {
	if len(chosen) == 0 {
		return byDefault
	}
	return chosen
}

// Apply sets what the library may negotiate with the host.
func (a *Algorithms) Apply(c *ssh.Config) {
	c.Ciphers = orDefault(a.Ciphers, secure.Ciphers)
	c.KeyExchanges = orDefault(a.KeyExchanges, secure.KeyExchanges)
	c.MACs = orDefault(a.MACs, secure.MACs)
}

// ForNodes returns the algorithms for hosts behind the one that they were chosen for, which are
// about as old: the choice, and the defaults. Our own keys are new.
func (a Algorithms) ForNodes() Algorithms {
	for _, list := range algorithmLists {
		names := list.into(&a)
		if len(*names) == 0 {
			continue
		}
		if list.known == nil { // a host that accepts only old signatures does not say so
			*names = slices.Concat(list.byDefault(), *names)
			continue
		}
		*names = slices.Concat(*names, list.byDefault())
	}
	return a
}

// NegotiationError returns the fault if the host and we have no algorithm in common.
func NegotiationError(t *Target, n *ssh.AlgorithmNegotiationError) error {
	ours, theirs := bounded.Text(strings.Join(n.SupportedAlgorithms, ", "), 1000), bounded.Text(strings.Join(n.RequestedAlgorithms, ", "), 1000)
	f := &fault.Error{Code: fault.HandshakeFailed, Tried: "beginning SSH with " + t.Label(), Err: n,
		Answer: fmt.Sprintf("no %s in common: allowed here are %s; the host has %s", n.What, ours, theirs),
		Advice: "The host supports only algorithms that Sunpyter does not use. Ask the site to update its SSH server."}
	i := slices.IndexFunc(algorithmLists, func(list algorithmList) bool { return list.what != "" && strings.HasSuffix(n.What, list.what) })
	if i < 0 || len(n.RequestedAlgorithms) == 0 {
		return f
	}
	list := algorithmLists[i]
	for _, name := range n.RequestedAlgorithms {
		if slices.Contains(list.known, name) {
			f.Advice = "The host supports only algorithms that are weak or excluded by your ssh configuration. Ask the site to update its SSH server; " +
				"until then, at your own risk, " + AddLineAdvice(list.name+" +"+name)
			return f
		}
	}
	f.Advice = "The host supports only algorithms that Sunpyter does not support: " + UseSSHAdvice + " If ssh refuses it too, " + AddLineAdvice(list.name+" +"+bounded.Text(n.RequestedAlgorithms[0], 100))
	return f
}

// AddLineAdvice returns the advice to add a line to the ssh configuration.
func AddLineAdvice(line string) string {
	return fmt.Sprintf("put %q under this host in ~/.ssh/config.", line)
}
