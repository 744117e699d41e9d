package slurm

import (
	"strings"
	"unicode"

	"github.com/sa2c/sunpyter/plain"
)

// printable returns a foreign text as one line without hidden characters and with single
// spaces.
func printable(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == unicode.ReplacementChar:
			return ' '
		case plain.Hidden(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// blank reports whether s is one of Slurm's words for none.
func blank(s string) bool {
	switch s {
	case "", "(null)", "N/A", "n/a", "None", "NONE", "Unknown", "UNKNOWN", "NOT_SET", "INVALID":
		return true
	}
	return false
}

// valueOf returns s, or "" if it is one of Slurm's words for none.
func valueOf(s string) string {
	s = strings.TrimSpace(s)
	if blank(s) {
		return ""
	}
	return s
}
