package openssh

import "strings"

// IsBusy reports whether output before or instead of SSH is that of an sshd that accepts no
// further connection.
func IsBusy(words string, spokeSSH bool) bool {
	for _, known := range []string{"Exceeded MaxStartups", "Not allowed at this time", "Too many connections"} {
		if strings.Contains(words, known) {
			return true
		}
	}
	return spokeSSH || words == ""
}
