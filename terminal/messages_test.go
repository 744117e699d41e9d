package terminal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
)

// TestMessagesAreShown: on stderr, without control characters, and long greetings shortened.
func TestMessagesAreShown(t *testing.T) {
	for _, row := range []struct {
		name    string
		message protocol.ShowMessageParams
		verbose bool
		want    string
	}{
		{"one line", protocol.ShowMessageParams{Level: protocol.LogWarning, Message: "login: trying again\x1b[2J"}, false, "login: trying again[2J\n"},
		{"more", protocol.ShowMessageParams{Message: "login says: Hello", Detail: "you"}, false, "login says: Hello\nyou\n"},
		{"many", protocol.ShowMessageParams{Message: "0", Detail: numberedLines(1, 200)}, false, "0\n" + numberedLines(1, 30) + "\n… and 170 more lines (use -v to see them)\n"},
		{"many, and all wanted", protocol.ShowMessageParams{Message: "0", Detail: numberedLines(1, 200)}, true, "0\n" + numberedLines(1, 200) + "\n"},
	} {
		var stderr strings.Builder
		messages{screen: console.NewScreen(&strings.Builder{}), err: &stderr, verbose: row.verbose}.showMessage(row.message)
		if stderr.String() != row.want {
			t.Errorf("%s: %q, want %q", row.name, stderr.String(), row.want)
		}
	}
}

// numberedLines returns the numbers from first to before end, one per line.
func numberedLines(first, end int) string {
	var lines []string
	for i := first; i < end; i++ {
		lines = append(lines, fmt.Sprint(i))
	}
	return strings.Join(lines, "\n")
}
