package plain

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a JSON text whose strings are as Text returns them. Hidden characters may be
// literal or escaped; outside of strings, JSON has none.
func JSON(raw []byte) []byte {
	clean := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		r, size := nextRune(raw)
		if r == '\n' || r == '\t' || !Hidden(r) {
			clean = append(clean, raw[:size]...)
		}
		raw = raw[size:]
	}
	return clean
}

// nextRune returns the first character of a JSON text, and the length of its encoding.
func nextRune(raw []byte) (rune, int) {
	if raw[0] != '\\' || len(raw) < 2 {
		return utf8.DecodeRune(raw)
	}
	switch raw[1] {
	case 'u':
		return nextEscape(raw)
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'b', 'f', 'r':
		return '\r', 2
	}
	return rune(raw[1]), 2
}

// nextEscape is nextRune for \uXXXX, which may be one of two surrogates.
func nextEscape(raw []byte) (rune, int) {
	r, size := unit(raw), 6
	if utf16.IsSurrogate(r) {
		r, size = utf16.DecodeRune(r, unit(raw[min(6, len(raw)):])), 12
	}
	if r == utf8.RuneError {
		return r, min(6, len(raw))
	}
	return r, size
}

// unit returns the number of \uXXXX, or U+FFFD if there is none.
func unit(raw []byte) rune {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
