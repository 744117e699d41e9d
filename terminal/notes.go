package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
)

// notes is where a command writes for people: its screen on stdout, which is mute
// where stdout belongs to JSON, and lines on stderr between those of the screen.
type notes struct {
	screen  *screen
	err     io.Writer
	verbose bool
}

func (p *program) notes(flags clientFlags) notes {
	out := p.out
	if flags.json {
		out = io.Discard
	}
	return notes{screen: newScreen(out), err: p.err, verbose: flags.verbose}
}

// note writes a line to stderr.
func (n notes) note(text string) {
	n.screen.pause()
	defer n.screen.resume()
	_, _ = fmt.Fprintln(n.err, plain.Text(text))
}

// mostLines is how much of a message is shown: hosts greet with hundreds of lines.
const mostLines = 30

// shown writes what the server wants the user to read.
func (n notes) shown(m protocol.ShowMessageParams) {
	text := m.Message
	if m.Detail != "" {
		text += "\n" + m.Detail
	}
	lines := strings.Split(text, "\n")
	if more := len(lines) - mostLines; more > 0 && !n.verbose {
		lines = append(lines[:mostLines], fmt.Sprintf("… and %d more lines, which -v shows", more))
	}
	n.note(strings.Join(lines, "\n"))
}

// logged shows a line of the server's log to those who asked for it.
func (n notes) logged(m protocol.LogMessageParams) {
	if n.verbose {
		n.note(fmt.Sprintf("%s: %s", m.Level, m.Message))
	}
}
