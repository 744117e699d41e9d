package openssh

import (
	"context"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// versionTimeout bounds a program's answer to -V.
const versionTimeout = 5 * time.Second

var versionPattern = regexp.MustCompile(`OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)`)

// namesHosts reports whether an ssh program writes "(user@host) " before a question that the
// host asks, which OpenSSH does since 8.5. It asks the program itself, since in its log
// a host's banner can say anything. A program that does not answer counts as an old one.
func namesHosts(ctx context.Context, program string) bool {
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-V")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return false
	}
	return namesHostsSince(string(out))
}

func namesHostsSince(version string) bool {
	m := versionPattern.FindStringSubmatch(version)
	if m == nil {
		return false
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return major > 8 || major == 8 && minor >= 5
}
