package loginshell

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
)

// Quote returns s as one word of a command line for sh, bash, zsh, ksh, csh, tcsh and fish:
// in single quotes, except for characters that are special inside them in one of the shells
// (the quote, fish's backslash, csh's exclamation mark), which are escaped outside. A line
// break does not work in csh and tcsh, which have no syntax for it that the others share.
// s must not contain NUL.
func Quote(s string) string {
	if s == "" {
		return "''"
	}
	var b strings.Builder
	quoted := false
	set := func(want bool) {
		if quoted != want {
			b.WriteByte('\'')
			quoted = want
		}
	}
	for i := range len(s) {
		switch c := s[i]; c {
		case '\'', '\\', '!':
			set(false)
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			set(true)
			b.WriteByte(c)
		}
	}
	set(false)
	return b.String()
}

// ExpandPath returns a path on the cluster as a word for bash. A leading ~ or $HOME is the
// home directory there and $USER, anywhere, the user's name; everything else is literal. A path that is not absolute, another
// user's home (~bob), a control character and broken UTF-8 are refused with a
// [fault.BadRequest].
func ExpandPath(path string) (bashWord string, err error) {
	if problem := plain.LineProblem(path); problem != "" {
		return "", fault.BadField("path", path, problem)
	}
	rest, home := cutHome(path)
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
	for i, part := range splitUser(rest) {
		if i > 0 {
			b.WriteString(`"${USER:-$(id -un)}"`)
		}
		if part != "" {
			b.WriteString(Quote(part))
		}
	}
	return b.String(), nil
}

// cutHome takes a leading word for the home directory off.
func cutHome(path string) (rest string, home bool) {
	for _, word := range []string{"~", "${HOME}", "$HOME"} {
		if rest, found := strings.CutPrefix(path, word); found && !(word == "$HOME" && nameGoesOn(rest)) {
			return rest, true
		}
	}
	return path, false
}

// splitUser splits at each $USER and ${USER}.
func splitUser(path string) []string {
	var parts []string
	from := 0
	for i := 0; i < len(path); {
		width := 0
		switch rest := path[i:]; {
		case strings.HasPrefix(rest, "${USER}"):
			width = len("${USER}")
		case strings.HasPrefix(rest, "$USER") && !nameGoesOn(rest[len("$USER"):]):
			width = len("$USER")
		}
		if width == 0 {
			i++
			continue
		}
		parts = append(parts, path[from:i])
		i += width
		from = i
	}
	return append(parts, path[from:])
}

// nameGoesOn reports whether a variable's name would go on with s: $USERS is not $USER.
func nameGoesOn(s string) bool {
	return s != "" && (s[0] == '_' || s[0] < utf8.RuneSelf && (unicode.IsLetter(rune(s[0])) || unicode.IsDigit(rune(s[0]))))
}
