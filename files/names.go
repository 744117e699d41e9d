package files

import (
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/sa2c/sunpyter/plain"
)

// Escape returns a path of the cluster as text that can be sent, shown and sent back: bytes
// that are not UTF-8, control characters and others that cannot be seen are written as %XX,
// and so is a % that could be mistaken for one of these. All other paths stay as they are.
func Escape(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		switch {
		case r == '%' && isEscape(path[i:]), r == utf8.RuneError, plain.Hidden(r),
			r == '⟦', r == '⟧': // they would be taken for a part of a fault's reference
			for _, octet := range []byte(path[i : i+size]) {
				fmt.Fprintf(&b, "%%%02X", octet)
			}
		default:
			b.WriteString(path[i : i+size])
		}
		i += size
	}
	return b.String()
}

// escaped is an octet as Escape writes it.
var escaped = regexp.MustCompile("%[0-9A-F]{2}")

// Unescape returns the path that Escape was given.
func Unescape(text string) string {
	return escaped.ReplaceAllStringFunc(text, func(octet string) string {
		b, _ := hex.DecodeString(octet[1:])
		return string(b)
	})
}

// isEscape reports whether text begins with %XX.
func isEscape(text string) bool { return len(text) >= 3 && escaped.MatchString(text[:3]) }

// absolute returns the absolute path of one that a client names.
func (ch *channel) absolute(name string) string { return Absolute(ch.home, name) }

// Absolute returns the absolute path of one that a client names: "" and "~" are the home
// directory, and other paths are relative to it.
func Absolute(home, name string) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || rest[0] == '/') {
		name = "." + rest
	}
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(home, name)
}

// fromHome returns a path that a client names as the host understands it, before it is known
// where the home directory is.
func fromHome(name string) string { return Absolute(".", name) }
