package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// messages is where a command writes text for the user: its screen on stdout, which is silent with
// --json, and lines on stderr between the screen's.
type messages struct {
	screen  *console.Screen
	err     io.Writer
	verbose bool
}

func (p *program) newMessages(flags rpcclient.Options) messages {
	out := p.out
	if flags.JSON {
		out = io.Discard
	}
	return messages{screen: console.NewScreen(out), err: p.err, verbose: flags.Verbose}
}

// printNote writes a line to stderr.
func (n messages) printNote(text string) {
	n.screen.Pause()
	defer n.screen.Resume()
	_, _ = fmt.Fprintln(n.err, plain.Text(text))
}

// maxMessageLines is how many lines of a message are shown: some hosts greet with hundreds.
const maxMessageLines = 30

// showMessage prints a message that the server wants the user to read.
func (n messages) showMessage(m protocol.ShowMessageParams) {
	text := m.Message
	if m.Detail != "" {
		text += "\n" + m.Detail
	}
	lines := strings.Split(text, "\n")
	if more := len(lines) - maxMessageLines; more > 0 && !n.verbose {
		lines = append(lines[:maxMessageLines], fmt.Sprintf("… and %d more lines (use -v to see them)", more))
	}
	n.printNote(strings.Join(lines, "\n"))
}

// logMessage prints a line of the server's log if --verbose is set.
func (n messages) logMessage(m protocol.LogMessageParams) {
	if n.verbose {
		n.printNote(fmt.Sprintf("%s: %s", m.Level, m.Message))
	}
}
