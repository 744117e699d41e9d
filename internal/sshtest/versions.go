package sshtest

import (
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// Version is a version of OpenSSH.
type Version struct{ Major, Minor int }

// What the tests expect of the installed ssh program depends on these.
var (
	// NamesHosts is the first that says which host asks a question.
	NamesHosts = Version{8, 5}
	// NamesAlgorithms is the first with PubkeyAcceptedAlgorithms, before: PubkeyAcceptedKeyTypes.
	NamesAlgorithms = Version{8, 5}
	// HasEscapes is the first whose configuration has backslashes doubled.
	HasEscapes = Version{8, 7}
	// HasRequiredRSASize is the first with RequiredRSASize.
	HasRequiredRSASize = Version{9, 1}
	// WithoutDSA is the first without DSA keys.
	WithoutDSA = Version{10, 0}
)

// HasGSSAPI reports whether the installed ssh program has Debian's patch for Kerberos. Since
// Debian 14, that is a package of its own.
func HasGSSAPI(t testing.TB) bool {
	t.Helper()
	NeedSSH(t)
	return exec.Command("ssh", "-F", "none", "-G", "-o", "GSSAPIKeyExchange=yes", "host").Run() == nil
}

var versionPattern = regexp.MustCompile(`OpenSSH_(\d+)\.(\d+)`)

// SSHBefore reports whether the installed ssh program is older than v.
func SSHBefore(t testing.TB, v Version) bool {
	t.Helper()
	NeedSSH(t)
	out, err := exec.Command("ssh", "-V").CombinedOutput()
	m := versionPattern.FindSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("ssh -V: %v: %s", err, out)
	}
	major, _ := strconv.Atoi(string(m[1]))
	minor, _ := strconv.Atoi(string(m[2]))
	return major < v.Major || major == v.Major && minor < v.Minor
}
