package openssh

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
	"github.com/sa2c/sunpyter/tunnel/hostkeys"
	"github.com/sa2c/sunpyter/tunnel/sshauth"
	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// errorPattern matches an ssh program's last messages, and has the fault for it.
type errorPattern struct {
	text   string
	code   fault.Code
	advice string
}

// BusyAdvice is the advice where a host closes the connection before the login.
const BusyAdvice = "Check that this is the SSH port. If the host closed the connection it may have too many logins open (MaxStartups) or have banned this address: wait a minute before you try again."

var adviceConfig = "Try " + fault.Shell("ssh HOST") + " in a terminal, and correct ~/.ssh/config until it works."

// errorPatterns are tried in their order. HOST in an advice is the host's name.
var errorPatterns = []errorPattern{
	{"Host key verification failed", fault.HostKeyUnknown, "Compare the host's key with what the site publishes, then try again and accept it; where StrictHostKeyChecking is yes, add it to known_hosts."},
	{"Could not resolve hostname", fault.HostUnknown, "Check the spelling, and the VPN if the name is known only inside the university."},
	{"banner exchange", fault.ConnectTimeout, "The host may be overloaded, or something else than SSH listens on that port. Try again in a moment."},
	{": Connection refused", fault.ConnectRefused, "Check the port; the host may be down for maintenance."},
	{"timed out", fault.ConnectTimeout, fault.OnlineAdvice + " A firewall may be in the way."},
	{"ssh: connect to host", fault.ConnectFailed, fault.OnlineAdvice},
	{"Permission denied (", fault.AuthRefused, "Check your user name there, and that " + fault.Shell("ssh HOST") + " works in a terminal." + sshauth.OnceAdvice},
	{"Too many authentication failures", fault.AuthRefused, "Name the right key with IdentityFile and IdentitiesOnly yes in ~/.ssh/config." + sshauth.OnceAdvice},
	{"no more authentication methods", fault.AuthRefused, "Check that " + fault.Shell("ssh HOST") + " works in a terminal." + sshauth.OnceAdvice},
	{"Unable to negotiate", fault.HandshakeFailed, "The host and the ssh program have no algorithm in common: allow one of the host's in ~/.ssh/config, if the site tells you to."},
	{"Bad configuration option", fault.SSHConfig, adviceConfig},
	{"bad configuration options", fault.SSHConfig, adviceConfig},
	{"Bad owner or permissions on", fault.SSHConfig, "Make the file writable by you only: chmod 600."},
	{"unknown option", fault.SSHConfig, "The program must accept the same options as OpenSSH's ssh: choose another one with the setting ssh."},
	{"kex_exchange_identification", fault.HandshakeFailed, BusyAdvice},
	{"Connection closed by", fault.HandshakeFailed, BusyAdvice},
	{"Connection reset by", fault.HandshakeFailed, BusyAdvice},
	{"Disconnected from", fault.HandshakeFailed, BusyAdvice},
}

// hints are advice for messages that precede a refusal; the first match counts.
var hints = []struct{ words, hint string }{
	{"PIN locked", "The card is locked after too many wrong PINs: its issuer can unlock it."},
	{"PIN incorrect", "The PIN was wrong: a card is locked after a few of those."},
	{"PIN length", "The PIN was wrong: a card is locked after a few of those."},
	{"Kerberos credentials", fault.Shell("klist") + " in a terminal shows whether you have a Kerberos ticket, and " + fault.Shell("kinit") + " gets one."},
	{"redentials cache", fault.Shell("klist") + " in a terminal shows whether you have a Kerberos ticket, and " + fault.Shell("kinit") + " gets one."},
	{"Ticket expired", "Your Kerberos ticket has expired: " + fault.Shell("kinit") + " in a terminal gets a new one."},
	{"not found in Kerberos database", "Kerberos does not know the host by this name: ask the site for the one to use."},
	{"KDC for realm", "The Kerberos server cannot be reached. " + fault.OnlineAdvice},
	{"Clock skew", "Set this computer's clock: Kerberos requires the right time."},
	{"ssh_keysign", "This computer could not prove itself: it needs EnableSSHKeysign in the system's ssh_config and a host key that the site knows."},
}

// withHint puts the hint for a message before the advice.
func withHint(said, advice string) string {
	for _, h := range hints {
		if strings.Contains(said, h.words) {
			return h.hint + " " + advice
		}
	}
	return advice
}

var noMatch = regexp.MustCompile(`no matching (.+) found\. Their offer: ([^\s,;]+)`)

// negotiated names the line of the configuration that allows a host's algorithm,
// if that is missing.
func negotiated(said, advice string) string {
	m := noMatch.FindStringSubmatch(said)
	if m == nil {
		return advice
	}
	name := map[string]string{"key exchange method": "KexAlgorithms", "host key type": "HostKeyAlgorithms", "cipher": "Ciphers", "MAC": "MACs"}[m[1]]
	if name == "" {
		return advice
	}
	return "The host supports only algorithms that are weak or excluded by your ssh configuration. Ask the site to update its SSH server; until then, at your own risk, " + sshconfig.AddLineAdvice(name+" +"+m[2])
}

// maxBeforeSSH is how much of a host's output before SSH is shown, in bytes.
const maxBeforeSSH = 256

// loginError returns why a login by an ssh program failed. stopped is why its log has ended it, if it has.
func (w *logParser) loginError(t *sshconfig.Target, program string, stopped error, err error) *fault.Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notifySkipped()
	said := strings.Join(lastOf(append(w.kept, w.banner.pending...), maxLines), "\n")
	f := &fault.Error{Tried: "connecting to " + t.Label() + " with " + program, Answer: strings.ReplaceAll(bounded.Text(said, 2000), "\n", "; "), Err: err, Code: fault.ConnectFailed,
		Advice: "Try " + fault.Shell(program+" "+t.Name) + " in a terminal: Sunpyter runs the same program."}
	for _, p := range errorPatterns {
		if strings.Contains(said, p.text) {
			f.Code, f.Advice = p.code, strings.ReplaceAll(p.advice, "HOST", t.Name)
			break
		}
	}
	switch f.Code {
	case fault.AuthRefused:
		f.Advice = withHint(said, f.Advice)
		w.auth.explain(f)
	case fault.HandshakeFailed:
		f.Advice = negotiated(said, f.Advice)
	}
	w.refine(f, t, program, stopped, err)
	return f
}

// refine corrects an error by what the log has about the host's key and the login; w.mu is held.
func (w *logParser) refine(f *fault.Error, t *sshconfig.Target, program string, stopped error, err error) {
	words := bounded.Text(strings.Join(w.banner.beforeSSH, "; "), maxBeforeSSH)
	switch {
	case f.Code == fault.HandshakeFailed && words != "":
		f.Answer += "; the host said: " + words
	case w.host.revoked:
		f.Code, f.Advice, f.Answer = fault.HostKeyChanged, hostkeys.RevokedAdvice, "the host presents the "+w.hostKey+", which is marked as revoked"
	case w.host.changed:
		f.Code, f.Advice = fault.HostKeyChanged, hostkeys.ChangedAdvice
		f.Answer = "the host presents a different key from the one in " + w.host.offending + ": now the " + w.hostKey
	case stopped == errRefused:
		f.Code, f.Answer = fault.AuthRefused, "the host did not accept the password or code; "+program+" says: "+cmp.Or(f.Answer, "nothing")
		f.Advice = "Check your user name there, and that " + fault.Shell("ssh "+t.Name) + " works in a terminal." + sshauth.OnceAdvice
	case stopped == errNoMethods:
		f.Code, f.Answer = fault.AuthRefused, sshauth.NoMethods
		f.Advice = "Check your user name there, and that " + fault.Shell("ssh "+t.Name) + " works in a terminal." + sshauth.NoMethodsAdvice + sshauth.OnceAdvice
	case f.Code == fault.HandshakeFailed && w.stage == stageAsking:
		f.Code = fault.AuthRefused
		f.Advice = "The host closed the connection during the login. It may have waited too long for an answer, or have banned this address for a while. Wait a minute before you try again."
	case f.Code == fault.AuthRefused && w.auth.keyMissing():
		f.Code = fault.NoKey
		f.Advice = "Make a key with " + fault.Shell("ssh-keygen -t ed25519") + ", then install it as the site's documentation says."
	case f.Answer == "" && err != nil:
		f.Answer = "the program ended without a message (" + err.Error() + ")"
	}
}

// keyMissing reports whether the host accepts only keys, and there is none.
func (a *authLog) keyMissing() bool {
	return a.methods == "publickey" && !a.offered && len(a.unwanted) == 0 && len(a.excluded) == 0
}

// explain adds to the error of a refused login why no key was accepted.
func (a *authLog) explain(f *fault.Error) {
	switch {
	case len(a.unwanted) > 0:
		f.Answer += "; not offered, because the host accepts no signature of their type: " + strings.Join(a.unwanted, ", ") + " (it takes " + a.algorithms + ")"
		if strings.Contains(","+a.algorithms+",", ",ssh-rsa,") && !strings.Contains(a.algorithms, "rsa-sha2-") && !a.notRSA {
			f.Advice += sshauth.SHA1Advice
		} else {
			f.Advice += " Use a key of a type that it accepts."
		}
	case len(a.excluded) > 0:
		f.Answer += "; not offered, because PubkeyAcceptedAlgorithms in the ssh configuration excludes their type: " + strings.Join(a.excluded, ", ")
		f.Advice += " Allow their type there, or use another key."
	case a.offered && !a.notRSA:
		f.Advice += sshauth.OnlyRSAAdvice
	}
}

// isBusy reports whether the host closed the connection before the login because it was busy.
func (w *logParser) isBusy(f *fault.Error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	closed := strings.Contains(f.Answer, "closed by") || strings.Contains(f.Answer, "reset by")
	return f.Code == fault.HandshakeFailed && closed && w.stage < stageAsking && IsBusy(strings.Join(w.banner.beforeSSH, "\n"), w.stage >= stageConnected)
}

// IsBusy reports whether output before or instead of SSH is that of an sshd that accepts no
// further connection.
func IsBusy(words string, spokeSSH bool) bool {
	return spokeSSH || words == "" || containsAny(words, []string{"Exceeded MaxStartups", "Not allowed at this time", "Too many connections"})
}
