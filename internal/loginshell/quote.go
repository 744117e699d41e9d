package loginshell

import (
	"regexp"
	"strings"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
)

// Quote returns s as one word of a command line for sh, bash, zsh, ksh, csh, tcsh and fish:
// in single quotes, except for characters that are special inside them in one of the shells
// (the quote, fish's backslash, csh's exclamation mark), which are escaped outside. A line
// break does not work in csh and tcsh, which have no syntax for it that the others share.
// s must not contain NUL.
func Quote(s string) string { return "'" + outsideQuotes.Replace(s) + "'" }

var outsideQuotes = strings.NewReplacer(`'`, `'\''`, `\`, `'\\'`, `!`, `'\!'`)

// ExpandPath returns a path on the cluster as a word for bash. A leading ~ or $HOME is the
// home directory there and $USER, anywhere, the user's name; everything else is literal. A path that is not absolute, another
// user's home (~bob), a control character and broken UTF-8 are refused with a
// [fault.BadRequest].
func ExpandPath(path string) (bashWord string, err error) {
	if problem := plain.LineProblem(path); problem != "" {
		return "", fault.BadField("path", path, problem)
	}
	word := homeReference.FindString(path)
	rest, home := path[len(word):], word != ""
	switch {
	case home && rest != "" && rest[0] != '/':
		return "", fault.BadField("path", path, "only ~, ~/... and $HOME/... stand for a home directory")
	case !home && !strings.HasPrefix(rest, "/"):
		return "", fault.BadField("path", path, "a path on the cluster begins with /, ~ or $HOME")
	}
	var b strings.Builder
	if home {
		b.WriteString(`"${HOME}"`)
	}
	for i, part := range userReference.Split(rest, -1) {
		if i > 0 {
			b.WriteString(`"${USER:-$(id -un)}"`)
		}
		if part != "" {
			b.WriteString(Quote(part))
		}
	}
	return b.String(), nil
}

// The words for the home directory and the user's name. $USERS is not $USER.
var (
	homeReference = regexp.MustCompile(`^(~|\$\{HOME\}|\$HOME\b)`)
	userReference = regexp.MustCompile(`\$\{USER\}|\$USER\b`)
)
