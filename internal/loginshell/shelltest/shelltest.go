// Package shelltest has the login shells and the words that tests try.
package shelltest

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
)

// Shells are the login shells that sites have, with a startup file that each reads.
var Shells = []struct {
	Name, Set string
	Files     []string
}{
	{"bash", "export %s=%s", []string{".bash_profile"}},
	{"zsh", "export %s=%s", []string{".zprofile"}},
	{"dash", "export %s=%s", []string{".profile"}},
	{"fish", "set -gx %s %s", []string{".config/fish/config.fish"}},
	{"tcsh", "setenv %s %s", []string{".login"}},
}

// Hostile are words that do harm wherever they are not quoted.
var Hostile = []string{
	"", " ", "plain", "; rm -rf ~", "$(touch pwned)", "`touch pwned`", "a'b", `a"b`, `a\b`, `a\\b\`, "!!", "a!b'!",
	"--wrap=id", "-a", "*", "~", "$HOME", "${HOME}", "a b\tc", "# no comment", "&& false", "> out", "é – 日本", "=ls", "%self",
	"{a,b}", "[x]", "^a^b", "(id)", "a;b|c&d", "\x1b[31m", `\'`, `'\''`, "end\\",
}

// Run runs a command line as sshd would, for a user with this login
// shell and home.
func Run(t *testing.T, shell, home, line, stdin string) (stdout, stderr string) {
	t.Helper()
	path := Path(t, shell)
	ctx, cancel := context.WithTimeout(t.Context(), pace.Limit(time.Minute))
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-c", line)
	cmd.Env = []string{"SHELL=" + path, "HOME=" + home, "USER=alice", "PATH=/usr/bin:/bin"}
	cmd.Dir = home
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Logf("%s: %v", shell, err)
	}
	return out.String(), errs.String()
}

// Path returns the file of a shell, and skips the test where there is none.
func Path(t *testing.T, shell string) string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skipf("%s is not installed on this machine", shell)
	}
	return path
}
