package terminal

import (
	"fmt"
	"io"

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
	_, _ = fmt.Fprintln(n.err, clean(text))
}

// logged shows a line of the server's log to those who asked for it.
func (n notes) logged(m protocol.LogMessageParams) {
	if n.verbose {
		n.note(fmt.Sprintf("%s: %s", m.Level, m.Message))
	}
}
