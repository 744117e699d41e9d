package sshconfig

import (
	"fmt"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/bounded"
)

// How much it matters that a directive is not used here.
type weight int

const (
	logOnly weight = iota // ignored; logged only
	warn                  // the user is warned, with what to do instead
	reject                // without it the connection would be less secure or fail: a fault
)

// directive is one of ssh_config(5) that is not supported here.
type directive struct {
	// keyword is in lower case, name in the usual case.
	keyword, name string
	weight        weight
	// why is what it means for the user, and what to do instead.
	why string
	// set reports whether the value asks for anything; nil: all but no and none do.
	set func(value string, c config) bool
}

// UseSSHAdvice is the advice to use a program that honours all directives.
const UseSSHAdvice = "have the ssh program connect: ssh = \"system\" for the cluster."

// unsupported is the only list of directives that are not supported.
// Those without a meaning here (a terminal, forwarding of the
// user's own ports, X11, the order of keywords in a log) are not listed.
var unsupported = []directive{
	{"pkcs11provider", "PKCS11Provider", warn, "a key on a smart card is used through the ssh agent only: run " + fault.Shell("ssh-add -s PROVIDER") + " once, or " + UseSSHAdvice, nil},
	{"securitykeyprovider", "SecurityKeyProvider", warn, "a security key is used through the ssh agent only: run " + fault.Shell("ssh-add FILE") + " once, or " + UseSSHAdvice, nil},
	{"hostbasedauthentication", "HostbasedAuthentication", warn, "hostbased login is not supported: use a key of your own, or " + UseSSHAdvice, nil},
	{"gssapikeyexchange", "GSSAPIKeyExchange", warn, "hosts are not verified with Kerberos: the key is checked in known_hosts instead; or " + UseSSHAdvice, nil},
	{"knownhostscommand", "KnownHostsCommand", warn, "the command is not run, so a host that only it knows is unknown here: connect once with ssh, or accept the host's key when you are asked; or " + UseSSHAdvice, nil},
	{"permitlocalcommand", "LocalCommand", warn, "it is not run; run it yourself before you connect, or " + UseSSHAdvice, func(_ string, c config) bool {
		return c.is("permitlocalcommand", false) && c.first("localcommand") != ""
	}},
	{"proxyusefdpass", "ProxyUseFdpass", reject, "ProxyUseFdpass is not supported. Use a ProxyCommand that forwards the data itself, or ProxyJump; or " + UseSSHAdvice, nil},
	{"refuseconnection", "RefuseConnection", reject, "the configuration says not to connect to this host.", nil},
	{"verifyhostkeydns", "VerifyHostKeyDNS", logOnly, "keys in DNS are not looked up; you are asked instead", nil},
	{"nohostauthenticationforlocalhost", "NoHostAuthenticationForLocalhost", logOnly, "the key of this computer is checked too", nil},
	{"compression", "Compression", logOnly, "nothing is compressed", nil},
	{"setenv", "SetEnv", logOnly, "no variables are sent", nil},
	{"controlpath", "ControlPath", logOnly, "connections of the ssh program are not used", nil},
	{"checkhostip", "CheckHostIP", logOnly, "a host is known by its name alone", nil},
	{"rekeylimit", "RekeyLimit", logOnly, "keys are renewed at the usual limits", nil},
	{"ipqos", "IPQoS", logOnly, "packets are not marked", nil},
}

// active reports whether the configuration asks for d; ssh's defaults
// do not count.
func (d directive) active(c, builtIn config) bool {
	value := c.first(d.keyword)
	if value == "" || value == builtIn.first(d.keyword) {
		return false
	}
	if d.set != nil {
		return d.set(value, c)
	}
	switch value {
	case "no", "false", "none", "internal":
		return false
	}
	return true
}

// checkUnsupported reports the directives that the configuration has and that are not supported.
func (t *Target) checkUnsupported(c, builtIn config) error {
	for _, d := range unsupported {
		if !d.active(c, builtIn) {
			continue
		}
		switch d.weight {
		case logOnly:
			t.ignored = append(t.ignored, d.name+": "+d.why)
		case warn:
			t.Warnings = append(t.Warnings, "the ssh configuration sets "+d.name+": "+d.why)
		case reject:
			return &fault.Error{Code: fault.SSHConfig, Tried: "reading the ssh configuration of " + t.Label(),
				Answer: fmt.Sprintf("%s is set (%s)", d.name, bounded.Text(c.first(d.keyword), 200)), Advice: strings.ToUpper(d.why[:1]) + d.why[1:]}
		}
	}
	return nil
}
