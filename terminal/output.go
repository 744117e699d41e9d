package terminal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/terminal/console"
	"github.com/sa2c/sunpyter/terminal/rpcclient"
)

// output is stdout. It remembers that a write failed: on a full disk, a command has not succeeded.
type output struct {
	file   *os.File
	failed atomic.Pointer[error]
}

func (o *output) Write(data []byte) (int, error) {
	n, err := o.file.Write(data)
	if err != nil {
		o.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

// Fd makes it a terminal if stdout is one.
func (o *output) Fd() uintptr { return o.file.Fd() }

func outputFailure(err error) error {
	return rpcclient.NewFailure(fault.LocalFile, "writing the output", err.Error(), "Some of it is missing. Free space, or write it elsewhere, and run the command again.")
}

// event is one line of --json. Which other members it has depends on Event.
type event struct {
	// Event is session, ready, released, error, check, estimate, cluster, environments,
	// environment, file, pushed, changes, pulled, use, log, site or version.
	Event        string                              `json:"event"`
	Session      *protocol.Session                   `json:"session,omitempty"`
	URL          string                              `json:"url,omitempty"`
	Token        string                              `json:"token,omitempty"`
	Link         string                              `json:"link,omitempty"`
	Released     *[]protocol.Release                 `json:"released,omitempty"`
	Error        *protocol.Problem                   `json:"error,omitempty"`
	Check        *protocol.ClusterCheckResult        `json:"check,omitempty"`
	Estimate     *protocol.Estimate                  `json:"estimate,omitempty"`
	Cluster      *protocol.Cluster                   `json:"cluster,omitempty"`
	File         *protocol.FileEntry                 `json:"file,omitempty"`
	Transfer     *protocol.FileTransferResult        `json:"transfer,omitempty"`
	Project      *protocol.ProjectPushResult         `json:"project,omitempty"`
	Changes      *protocol.ProjectChangesResult      `json:"changes,omitempty"`
	Environments *protocol.ClusterEnvironmentsResult `json:"environments,omitempty"`
	Environment  *protocol.EnvironmentChangeResult   `json:"environment,omitempty"`
	Text         *string                             `json:"text,omitempty"`
	Site         *siteReport                         `json:"site,omitempty"`
	Version      string                              `json:"version,omitempty"`
	Protocol     int                                 `json:"protocolVersion,omitempty"`
}

// emitter writes events, one per line. A nil emitter writes none: the user reads text instead.
type emitter struct {
	mu  sync.Mutex
	out io.Writer
}

// newEmitter returns an emitter on out, or nil if on is false.
func newEmitter(out io.Writer, on bool) *emitter {
	if !on {
		return nil
	}
	return &emitter{out: out}
}

func (e *emitter) emit(ev event) {
	if e == nil {
		return
	}
	line, err := json.Marshal(ev)
	if err != nil {
		return // No event has a member that cannot be marshalled.
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = e.out.Write(append(line, '\n'))
}

func (e *emitter) released(list []protocol.Release) {
	if list == nil {
		list = []protocol.Release{}
	}
	e.emit(event{Event: "released", Released: &list})
}

// emitError writes a failure as an event and returns the error that the command ends with. Without
// --json that is err itself, which is printed at the end.
func (e *emitter) emitError(err error) error {
	f, ok := errors.AsType[*rpcclient.Failure](err)
	switch {
	case e == nil || err == nil:
		return err
	case errors.Is(err, errInterrupted):
		return exitError(exitInterrupted)
	case !ok:
		return err
	}
	e.emit(event{Event: "error", Error: &f.Problem})
	return exitError(exitCode(f.Problem))
}

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

func (n messages) prompter() *console.Prompter {
	return &console.Prompter{Screen: n.screen, Open: console.OpenTTY, PrintNote: n.printNote}
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
