package openssh

import "strings"

// IsBusy reports whether words before or instead of SSH are those of an sshd that has
// no room.
func IsBusy(words string, spokeSSH bool) bool {
	for _, known := range []string{"Exceeded MaxStartups", "Not allowed at this time", "Too many connections"} {
		if strings.Contains(words, known) {
			return true
		}
	}
	return spokeSSH || words == ""
}
