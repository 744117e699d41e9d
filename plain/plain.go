// Package plain cleans the output of other programs before it is shown or sent on.
package plain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hidden are the invisible characters that may change what is shown: bidirectional
// controls, zero-width characters, tags, variation selectors, fillers. It is Unicode's
// Default_Ignorable_Code_Point with the other format characters and line separators.
var hidden = []*unicode.RangeTable{
	unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
}

// Hidden reports whether r is a control character, such as a line end or a tab, or an
// invisible one.
func Hidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, hidden...)
}

// Text returns s without hidden characters, except for line ends and tabs, so that no text
// can move the cursor, reverse the order of a line or hide a part of it. Bytes that are not
// UTF-8 become U+FFFD.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && Hidden(r) {
			return -1
		}
		return r
	}, s)
}

// Line returns a foreign text as one line without hidden characters and with single spaces.
func Line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			return ' '
		case Hidden(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// MaxLine bounds a path, an option and any other word that users may give, in bytes.
const MaxLine = 4096

// LineProblem returns what is wrong with a text that should be one printable line; "": nothing.
func LineProblem(s string) string {
	switch {
	case s == "":
		return "it is empty"
	case len(s) > MaxLine:
		return fmt.Sprintf("it is longer than %d bytes", MaxLine)
	case !utf8.ValidString(s):
		return "it is not valid UTF-8"
	case strings.ContainsFunc(s, unicode.IsControl):
		return "it holds a line break or another control character"
	}
	return ""
}
