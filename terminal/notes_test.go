package terminal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
)

// TestMessagesAreShown: on stderr, without control characters, and a greeting of
// hundreds of lines only in part.
func TestMessagesAreShown(t *testing.T) {
	for _, row := range []struct {
		name    string
		message protocol.ShowMessageParams
		verbose bool
		want    string
	}{
		{"one line", protocol.ShowMessageParams{Level: protocol.LogWarning, Message: "login: trying again\x1b[2J"}, false, "login: trying again[2J\n"},
		{"more", protocol.ShowMessageParams{Message: "login says: Hello", Detail: "you"}, false, "login says: Hello\nyou\n"},
		{"many", protocol.ShowMessageParams{Message: "0", Detail: numbered(1, 200)}, false, "0\n" + numbered(1, 30) + "\n… and 170 more lines, which -v shows\n"},
		{"many, and all wanted", protocol.ShowMessageParams{Message: "0", Detail: numbered(1, 200)}, true, "0\n" + numbered(1, 200) + "\n"},
	} {
		var stderr strings.Builder
		notes{screen: newScreen(&strings.Builder{}), err: &stderr, verbose: row.verbose}.shown(row.message)
		if stderr.String() != row.want {
			t.Errorf("%s: %q, want %q", row.name, stderr.String(), row.want)
		}
	}
}

// numbered are the numbers from first to before end, a line each.
func numbered(first, end int) string {
	var lines []string
	for i := first; i < end; i++ {
		lines = append(lines, fmt.Sprint(i))
	}
	return strings.Join(lines, "\n")
}
