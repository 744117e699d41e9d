package openssh

import (
	"regexp"
	"strings"
)

// hostKeyPrompt is ssh's question about the key of an unknown host.
type hostKeyPrompt struct {
	host string   // as ssh names it; empty: not found
	key  string   // "ED25519 key SHA256:..."; empty: not found
	more []string // further lines: a picture of the key, other names of the host
}

var (
	hostPattern = regexp.MustCompile(`^The authenticity of host '([^']+)' can't be established`)
	// fingerprintPattern has a colon and no full stop since OpenSSH 10.3.
	fingerprintPattern = regexp.MustCompile(`^(\S+) key fingerprint is:? (\S+?)\.?$`)
)

// parseHostKeyPrompt reads the question of any version of ssh. Its last line is the question itself.
func parseHostKeyPrompt(prompt string) (q hostKeyPrompt) {
	lines := strings.Split(strings.TrimSpace(prompt), "\n")
	for _, line := range lines[:len(lines)-1] {
		if m := hostPattern.FindStringSubmatch(line); m != nil {
			q.host = m[1]
			continue
		}
		if m := fingerprintPattern.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			q.key = m[1] + " key " + m[2]
			continue
		}
		if !strings.HasPrefix(line, "This key is not known by any other names") {
			q.more = append(q.more, line)
		}
	}
	return q
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}
