package hostkeys

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/skeema/knownhosts"
	"golang.org/x/crypto/ssh"
	xknownhosts "golang.org/x/crypto/ssh/knownhosts"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/prompts"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// verdict is the result of looking up a key in known_hosts.
type verdict struct {
	// known: the key is the host's, or is certified by an authority for it.
	known bool
	// revoked and changed name the line that says so.
	revoked, changed *xknownhosts.KnownKey
	// others are keys of other kinds that are known for the host.
	others []xknownhosts.KnownKey
}

// Checker decides about one host's key, once.
type Checker struct {
	target *sshconfig.Target
	// prompter may be nil: an unknown key is refused.
	prompter prompts.Prompter
	notify   func(prompts.Notice)
	known    *knownHosts
	// revokedKeys are the fingerprints of RevokedHostKeys.
	revokedKeys []string
	// pause stops the host's clock while the user decides.
	pause func() (resume func())
}

func NewChecker(t *sshconfig.Target, prompter prompts.Prompter, notify func(prompts.Notice), pause func() func()) (*Checker, error) {
	known, err := loadKnownHosts(slices.Concat(t.HostKeys.KnownHosts, t.HostKeys.GlobalKnownHosts))
	if err != nil {
		return nil, &fault.Error{Code: fault.SSHConfig, Tried: "reading the known_hosts files", Answer: err.Error(),
			Advice: "Make them readable by you.", Err: err}
	}
	withdrawn, err := readRevoked(t.HostKeys.Revoked)
	if err != nil {
		return nil, err
	}
	return &Checker{target: t, prompter: prompter, notify: notify, known: known, revokedKeys: withdrawn, pause: pause}, nil
}

// Algorithms are what to ask the host for: the kinds of key that are known for
// it first, as ssh does, since a host with several keys would otherwise show an unknown one.
// Certificates are requested if an authority is known; SHA-1 only if the
// configuration asks for it, since sshd no longer accepts it.
func (h *Checker) Algorithms() []string {
	configured := h.target.Algorithms.HostKeys
	isAllowed := func(name string) bool { return slices.Contains(configured, name) }
	rest := configured
	if len(configured) == 0 {
		isAllowed = func(name string) bool { return name != ssh.KeyAlgoRSA }
		rest = preferredHostKeys
	}
	names, hasAuthority := h.knownAlgorithms()
	var out []string
	for _, name := range slices.Concat(names, rest) {
		vain := strings.HasSuffix(name, sshkey.CertSuffix) && !hasAuthority
		if isAllowed(name) && !vain && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// knownAlgorithms are those of the keys that known_hosts has for the host. An
// authority may sign keys of any kind.
func (h *Checker) knownAlgorithms() (names []string, hasAuthority bool) {
	for _, key := range h.knownKeys() {
		switch {
		case key.Cert:
			hasAuthority = true
			names = append(names, sshkey.CertAlgorithms(preferredHostKeys)...)
		case key.Type() == ssh.KeyAlgoRSA:
			names = append(names, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA)
		default:
			names = append(names, key.Type())
		}
	}
	return names, hasAuthority
}

// knownKeys returns the host's keys or, if there are none, those of its name without the port.
func (h *Checker) knownKeys() []knownhosts.PublicKey {
	keys := h.known.db.HostKeys(h.target.KnownHostsName())
	if bare := h.withoutPort(); bare != "" && len(keys) == 0 {
		keys = h.known.db.HostKeys(bare)
	}
	return keys
}

// preferredHostKeys is OpenSSH's order for a host that is not known.
var preferredHostKeys = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
	ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}

// withoutPort is the name that ssh looks up next if a host on
// another port than 22 is unknown; empty: none.
func (h *Checker) withoutPort() string {
	if h.target.HostKeys.Alias != "" || h.target.Port == 22 {
		return ""
	}
	return net.JoinHostPort(strings.ToLower(h.target.Host), "22")
}

// Check is called with the key that the host proved to hold.
func (h *Checker) Check(ctx context.Context, remote net.Addr, key ssh.PublicKey) error {
	if err := h.acceptable(key); err != nil {
		return err
	}
	v, err := h.lookUp(h.target.KnownHostsName(), remote, key)
	if err != nil {
		return err
	}
	if bare := h.withoutPort(); bare != "" && !v.known && v.revoked == nil && v.changed == nil {
		if second, err := h.lookUp(bare, remote, key); err == nil && second.known {
			v.known = true
		}
	}
	switch {
	case v.revoked != nil:
		return h.revoked(fmt.Sprintf("%s line %d", h.known.names[v.revoked.Filename], v.revoked.Line), key)
	case v.known:
		return nil
	case v.changed != nil:
		return h.changed(v.changed, key)
	}
	return h.unknown(ctx, sshkey.Plain(key), v.others)
}

// acceptable rejects keys that are never accepted.
func (h *Checker) acceptable(key ssh.PublicKey) error {
	if bits := sshkey.RSABits(key); bits > 0 && bits < h.target.Keys.MinRSABits {
		return &fault.Error{Code: fault.HandshakeFailed, Tried: "checking the host key of " + h.target.Label(),
			Answer: fmt.Sprintf("the host's RSA key has only %d bits, and the ssh configuration asks for %d (RequiredRSASize)", bits, h.target.Keys.MinRSABits),
			Advice: "Ask the site for a longer host key, or one of another kind."}
	}
	shown := []ssh.PublicKey{key}
	if cert, ok := key.(*ssh.Certificate); ok {
		shown = append(shown, cert.SignatureKey)
	}
	for _, k := range shown {
		if slices.Contains(h.revokedKeys, sshkey.Fingerprint(k)) {
			return h.revoked(h.target.HostKeys.Revoked, k)
		}
	}
	return nil
}

// lookUp looks the key up. A certificate that no known authority signed counts
// as the plain key in it; a revoked authority revokes it.
func (h *Checker) lookUp(address string, remote net.Addr, key ssh.PublicKey) (verdict, error) {
	lookUp := h.known.db.HostKeyCallback()
	if cert, ok := key.(*ssh.Certificate); ok && !h.target.Algorithms.AllowsCA(cert) {
		key = cert.Key
	}
	err := lookUp(address, remote, key)
	cert, ok := key.(*ssh.Certificate)
	if !ok || err == nil {
		return h.verdictOf(err, key)
	}
	if v, err := h.verdictOf(lookUp(address, remote, cert.SignatureKey), cert.SignatureKey); err == nil && v.revoked != nil {
		return v, nil
	}
	v, err := h.verdictOf(lookUp(address, remote, cert.Key), cert.Key)
	if err == nil && v.revoked == nil && h.certified(address, cert) {
		return verdict{known: true}, nil
	}
	return v, err
}

// certified reports whether an authority that is known for address has signed
// cert for it. Unlike the library, and like ssh, it takes patterns for the names
// in a certificate.
func (h *Checker) certified(address string, cert *ssh.Certificate) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || cert.CertType != ssh.HostCert {
		return false
	}
	i := slices.IndexFunc(cert.ValidPrincipals, func(p string) bool { return sshconfig.MatchPattern(strings.ToLower(p), host) })
	isAuthority := slices.ContainsFunc(h.known.db.HostKeys(address), func(k knownhosts.PublicKey) bool {
		return k.Cert && sshkey.Equal(k.PublicKey, cert.SignatureKey)
	})
	return i >= 0 && isAuthority && (&ssh.CertChecker{}).CheckCert(cert.ValidPrincipals[i], cert) == nil
}

// verdictOf turns the library's answer about a plain key into a verdict.
func (h *Checker) verdictOf(err error, key ssh.PublicKey) (v verdict, _ error) {
	if err == nil {
		return verdict{known: true}, nil
	}
	if revoked, ok := errors.AsType[*xknownhosts.RevokedError](err); ok {
		return verdict{revoked: &revoked.Revoked}, nil
	}
	answer, ok := errors.AsType[*xknownhosts.KeyError](err)
	if !ok {
		return v, fmt.Errorf("looking up the host's key: %w", err)
	}
	for _, want := range answer.Want {
		switch {
		case h.known.authorities[lineKey(want.Filename, want.Line)]: // says nothing about plain keys
		case want.Key.Type() == key.Type():
			v.changed = &want
		default:
			v.others = append(v.others, want)
		}
	}
	return v, nil
}

// unknown shows the key to the user and saves it if accepted.
func (h *Checker) unknown(ctx context.Context, key ssh.PublicKey, others []xknownhosts.KnownKey) error {
	refused := &fault.Error{Code: fault.HostKeyUnknown, Tried: "checking the host key of " + h.target.Label(),
		Answer: "the host is not known yet; it presents the " + sshkey.Describe(key),
		Advice: "Compare this with what the site publishes, then connect once with " + fault.Shell("ssh "+h.target.Name) + " and accept it there, or try again here and accept it."}
	if h.target.HostKeys.Strict == sshconfig.StrictYes {
		refused.Answer += ", and StrictHostKeyChecking is set to yes"
		refused.Advice = "Ask the site for its host key and add it to " + cmp.Or(h.firstFile(), "a known_hosts file") + ", or set StrictHostKeyChecking to ask."
		return refused
	}
	if h.target.HostKeys.Strict == sshconfig.StrictAcceptNew || h.target.HostKeys.Strict == sshconfig.StrictNo {
		h.report("the host was not known; its " + sshkey.Describe(key) + " was accepted without asking, because StrictHostKeyChecking is " + h.target.HostKeys.Strict)
		h.save(key)
		return nil
	}
	if h.prompter == nil {
		return refused
	}
	resume := h.pause()
	yes, err := h.prompter.Confirm(ctx, h.question(key, others))
	resume()
	if err != nil {
		return prompts.Unanswered(ctx, "asking about the host key of "+h.target.Label(), err)
	}
	if !yes {
		refused.Answer += "; it was not accepted"
		return refused
	}
	h.save(key)
	return nil
}

// CompareAdvice explains the question to a user who has never seen one.
const CompareAdvice = "Compare it with what the site publishes. If you cannot, cancel and ask the site."

// ChangedAdvice and RevokedAdvice are for a host whose key is not the known one, or is revoked.
const (
	ChangedAdvice = "Either the site has reinstalled the host, or someone is intercepting the connection. " +
		"Do not log in. Ask the site for the host's fingerprint through another channel; if it matches, remove that line from the file and connect again."
	RevokedAdvice = "This key must no longer be trusted: it may have been stolen. Do not log in; ask the site for the host's new key."
)

func (h *Checker) question(key ssh.PublicKey, others []xknownhosts.KnownKey) prompts.ConfirmQuestion {
	q := prompts.ConfirmQuestion{Host: h.target.Host, Purpose: prompts.PurposeHostKey, Accept: "Connect",
		Message: h.target.Label() + " is not known on this computer yet. Is this its key?", Detail: sshkey.Describe(key) + "\n" + CompareAdvice}
	for _, o := range others {
		q.Detail += fmt.Sprintf("\nAnother kind of key is known for this host: %s, in %s line %d. Ask the site if you do not expect a new one.",
			sshkey.Describe(o.Key), h.known.names[o.Filename], o.Line)
	}
	return q
}

// save writes the accepted key. A failure is not an error:
// the user is asked again next time.
func (h *Checker) save(key ssh.PublicKey) {
	file := h.firstFile()
	if file == "" || file == os.DevNull {
		return
	}
	if err := writeKnownHost(file, h.target.KnownHostsName(), key, h.target.HostKeys.HashKnownHosts); err != nil {
		h.report("the host's key could not be written to " + file + ", so it will be unknown again next time: " + err.Error())
	}
}

func (h *Checker) firstFile() string {
	if len(h.target.HostKeys.KnownHosts) == 0 {
		return ""
	}
	return h.target.HostKeys.KnownHosts[0]
}

func (h *Checker) changed(want *xknownhosts.KnownKey, key ssh.PublicKey) error {
	return &fault.Error{Code: fault.HostKeyChanged, Tried: "checking the host key of " + h.target.Label(),
		Answer: fmt.Sprintf("the host presents a different key from the one in %s line %d: now the %s, known is the %s",
			h.known.names[want.Filename], want.Line, sshkey.Describe(key), sshkey.Describe(want.Key)),
		Advice: ChangedAdvice}
}

func (h *Checker) revoked(where string, key ssh.PublicKey) error {
	return &fault.Error{Code: fault.HostKeyChanged, Tried: "checking the host key of " + h.target.Label(),
		Answer: fmt.Sprintf("the host presents the %s, which %s marks as revoked", sshkey.Describe(sshkey.Plain(key)), where),
		Advice: RevokedAdvice}
}

func (h *Checker) report(text string) {
	h.notify(prompts.Notice{Kind: prompts.NoticeHostKey, Host: h.target.Name, Text: text})
}
