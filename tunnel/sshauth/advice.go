package sshauth

import (
	"slices"
	"strings"

	"github.com/sa2c/sunpyter/tunnel/sshconfig"
)

// smartCardAdvice is what to do with the key of a smart card that the configuration names;
// empty: it names none, or the host takes no keys.
func (l *Attempt) smartCardAdvice() string {
	card := l.Target.PKCS11Provider
	if card == "" || !slices.Contains(l.methods, "publickey") {
		return ""
	}
	return "The key on your smart card (PKCS11Provider) is used through the ssh agent alone: run `ssh-add -s " + card + "` once, or " + sshconfig.UseSSHAdvice
}

// unsupportedMethodAdvice says of the ways to log in that a host allows which are not used
// here, and what to do; empty: none of them.
func (l *Attempt) unsupportedMethodAdvice() string {
	for _, method := range l.methods {
		switch {
		case strings.HasPrefix(method, "gssapi"):
			return "It takes Kerberos tickets (GSSAPI), which are not used here: use a key or a password if it takes one, or " + sshconfig.UseSSHAdvice
		case method == "hostbased":
			return "It takes the key of a computer (hostbased), which is not used here: use a key of your own if it takes one, or " + sshconfig.UseSSHAdvice
		}
	}
	return ""
}

// onlyUnsupportedMethods reports whether a host allows none of the ways that are used here.
func (l *Attempt) onlyUnsupportedMethods() bool {
	return len(l.methods) > 0 && !slices.ContainsFunc(defaultMethods, func(method string) bool { return slices.Contains(l.methods, method) })
}
