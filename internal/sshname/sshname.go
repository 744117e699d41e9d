// Package sshname checks the names that ssh is given.
package sshname

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxUser is the longest user name that is taken, in bytes.
const maxUser = 255

// ValidUser reports whether a login as s is tried. Names of directory services have an @,
// blanks, a domain and a backslash, capitals and letters of all languages. What could reach a
// shell by way of a ProxyCommand, or be taken for an option there, is refused as by ssh; so are
// blanks at the ends, which no one sees.
func ValidUser(s string) bool {
	switch {
	case s == "", len(s) > maxUser, s != strings.TrimSpace(s), !utf8.ValidString(s):
		return false
	case strings.HasPrefix(s, "-"), strings.Contains(s, " -"), strings.HasSuffix(s, `\`), strings.ContainsAny(s, "'`\";&<>|(){}$"):
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
