package sshauth

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/internal/sshkey"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// RefusedError returns the error for a login that the host did not accept. answer is the
// library's error.
func (l *Attempt) RefusedError(answer error) error {
	notes := l.Keyring.notes
	f := &fault.Error{Code: fault.AuthRefused, Tried: "logging in to " + l.Target.Label() + " as " + l.Target.User, Err: answer}
	if l.answers.typed && strings.Contains(answer.Error(), changeRequest) {
		return PasswordExpiredError(l.Target)
	}
	hungUp := errors.Is(answer, errHungUp) || !l.host.begun
	if !hungUp && len(l.offers.offered) == 0 && !l.answers.typed && len(l.host.passed) == 0 && slices.Contains(l.host.methods, "publickey") {
		return l.noKey(f, notes)
	}
	said := []string{l.refusedReason(hungUp)}
	if strings.Contains(answer.Error(), "Too many authentication failures") {
		said = append(said, "it closed the connection because too many keys were offered")
	}
	if banner := l.banner(); banner != "" {
		said = append(said, "it said: "+bounded.Text(banner, 1000))
	}
	f.Answer = strings.Join(append(said, notes...), "; ")
	f.Advice = l.refusedAdvice()
	if hungUp {
		f.Advice = "It may have waited too long for an answer, or have banned this address for a while. Wait a minute before you try again."
	}
	return f
}

// refusedReason returns what the host did not accept.
func (l *Attempt) refusedReason(hungUp bool) string {
	switch {
	case hungUp:
		return "the host closed the connection before the login was finished"
	case l.answers.typed && l.offers.accepted != nil:
		return "the host accepted the key " + l.offers.accepted.String() + ", but not the password or code"
	case l.answers.typed:
		return "the host did not accept the password or code"
	case len(l.host.methods) == 0 && len(l.offers.offered) == 0 && len(l.host.passed) == 0:
		return NoMethods
	case len(l.offers.offered) == 0:
		return "the host allows only " + list(l.host.methods) + ", none of which could be tried"
	case len(l.host.passed) > 0:
		return "the host took " + list(l.host.passed) + " and now wants " + list(l.host.methods) + " as well, which could not be given"
	case l.offers.accepted != nil:
		return "the host accepted the key " + l.offers.accepted.String() + " and still refused the login"
	case len(l.offers.failed) > 0:
		return "the host requires a key that could not be used: " + list(l.offers.failed)
	}
	var keys []string
	for _, id := range l.offers.offered {
		keys = append(keys, id.String())
	}
	return "the host accepted none of the keys offered: " + list(keys)
}

// OnceAdvice ends the advice after a refused login.
const OnceAdvice = " Sunpyter does not retry by itself, because many sites block an address after about three failures."

func (l *Attempt) refusedAdvice() string {
	advice := "Check that your user name there is " + l.Target.User
	if len(l.offers.failed) > 0 && l.offers.accepted == nil && !l.answers.typed {
		advice = "The host knows this key, so your user name is right: start again with the key's passphrase or, if an agent has the key, confirm its use."
	} else if len(l.offers.offered) == 0 || l.answers.typed {
		advice += " and that " + fault.Shell("ssh "+l.Target.Name) + " works in a terminal."
	} else {
		advice += ", and that one of these keys is in ~/.ssh/authorized_keys on " + l.Target.Host +
			" (or on the site's page for keys); select the right one with IdentityFile and IdentitiesOnly yes in ~/.ssh/config."
	}
	if other := l.unsupportedMethodAdvice(); other != "" && l.onlyUnsupportedMethods() {
		advice = other
	} else if other != "" {
		advice += " " + other
	}
	if card := l.smartCardAdvice(); card != "" {
		advice += " " + card
	}
	advice += l.sha1Advice()
	if l.host.begun && len(l.host.methods) == 0 && len(l.host.passed) == 0 {
		advice += NoMethodsAdvice
	}
	if l.Target.Methods.Batch {
		advice += " The ssh configuration sets BatchMode, so nobody was asked."
	}
	return advice + OnceAdvice
}

// oldOpenSSH matches the versions before 7.2, which know no other signatures of RSA keys.
var oldOpenSSH = regexp.MustCompile(`^SSH-2\.0-OpenSSH_([1-6]\.|7\.[01]([^0-9]|$))`)

func sha1Alone(version string) bool { return oldOpenSSH.MatchString(version) }

// OnlyRSAAdvice is for a login with RSA keys that a host refused without giving a reason.
var OnlyRSAAdvice = " If it accepts RSA keys with SHA-1 only, as old servers do: use an ed25519 or ecdsa key there, or " + sshconfig.AddLineAdvice("PubkeyAcceptedAlgorithms ssh-rsa")

// SHA1Advice is for a host that is known to accept RSA keys only by SHA-1.
var SHA1Advice = " Its SSH server accepts RSA keys with SHA-1 only, which is off by default: use an ed25519 or ecdsa key if it accepts one, or " + sshconfig.AddLineAdvice("PubkeyAcceptedAlgorithms +ssh-rsa")

// sha1Advice is for hosts that accept RSA keys only by SHA-1, which is off by default.
// No host reports that.
func (l *Attempt) sha1Advice() string {
	isRSA := func(id *Key) bool { return sshkey.RSABits(id.public) > 0 }
	switch {
	case sha1Alone(l.host.server) && slices.ContainsFunc(l.offers.offered, isRSA):
		return SHA1Advice
	case len(l.offers.offered) > 0 && !slices.ContainsFunc(l.offers.offered, func(id *Key) bool { return !isRSA(id) }) && !l.answers.typed && len(l.host.passed) == 0:
		return OnlyRSAAdvice
	}
	return ""
}

// noKey returns the fault if a key is required and there is none.
func (l *Attempt) noKey(f *fault.Error, notes []string) error {
	f.Code = fault.NoKey
	f.Answer = "the host requires a key, and there is none to offer: " + cmp.Or(strings.Join(notes, "; "), "no agent has one and no key file was found")
	f.Advice = "Make a key with " + fault.Shell("ssh-keygen -t ed25519") + ", then install it with " +
		fault.Shell("ssh-copy-id "+l.Target.User+"@"+l.Target.Host) + ", or as the site's documentation says."
	if len(notes) > 0 {
		f.Advice = "Fix what prevents a key from being used. If you have none yet, m" + f.Advice[1:]
	}
	if other := l.unsupportedMethodAdvice(); other != "" {
		f.Advice += " " + other
	}
	if card := l.smartCardAdvice(); card != "" {
		f.Advice = card
	}
	return f
}

// NoMethodsAdvice is for a host that offers no way to log in.
const NoMethodsAdvice = " The host may accept other users only, or other addresses only, such as the VPN's: ask the site."

// NoMethods is the answer of a host that names no method of authentication.
const NoMethods = "the host offers no way to log in"

func list(words []string) string { return cmp.Or(strings.Join(words, ", "), "nothing") }

// changeRequest is in the library's error if a host answers a password with a
// request for a new one (RFC 4252 section 8).
const changeRequest = "unexpected message type 60"

// SaysExpired reports whether stderr is from an sshd that lets the user in but only runs passwd, for which there is no terminal.
func SaysExpired(stderr []byte) bool {
	return bytes.Contains(stderr, []byte("Password change required but no TTY available"))
}

// PasswordExpiredError returns the error for a host that runs nothing until the password is changed.
func PasswordExpiredError(t *sshconfig.Target) error {
	return &fault.Error{Code: fault.AuthRefused, Tried: "logging in to " + t.Label() + " as " + t.User,
		Answer: "your password there has expired and must be changed first",
		Advice: "Log in once with " + fault.Shell("ssh "+t.Name) + " in a terminal, change it there, and start again."}
}

// smartCardAdvice returns what to do with the key of a smart card that the configuration names,
// or "" if it names none or the host accepts no keys.
func (l *Attempt) smartCardAdvice() string {
	card := l.Target.Keys.PKCS11Provider
	if card == "" || !slices.Contains(l.host.methods, "publickey") {
		return ""
	}
	return "The key on your smart card (PKCS11Provider) is used through the ssh agent only: run " + fault.Shell("ssh-add -s "+card) + " once, or " + sshconfig.UseSSHAdvice
}

// unsupportedMethodAdvice returns which of the host's methods are not supported
// here, and what to do, or "".
func (l *Attempt) unsupportedMethodAdvice() string {
	for _, method := range l.host.methods {
		switch {
		case strings.HasPrefix(method, "gssapi"):
			return "It accepts Kerberos tickets (GSSAPI), which Sunpyter itself does not use: use a key or a password if it accepts one, or " + sshconfig.UseSSHAdvice
		case method == "hostbased":
			return "It accepts hostbased logins, which Sunpyter itself does not use: use a key of your own if it accepts one, or " + sshconfig.UseSSHAdvice
		}
	}
	return ""
}

// onlyUnsupportedMethods reports whether a host allows none of the methods that are supported here.
func (l *Attempt) onlyUnsupportedMethods() bool {
	return len(l.host.methods) > 0 && !slices.ContainsFunc(defaultMethods, func(method string) bool { return slices.Contains(l.host.methods, method) })
}
