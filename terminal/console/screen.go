// Package console is the terminal that the user sits at: permanent lines with a live line below
// them, prompts, raw mode and its size. Only package terminal and its sub-packages import it.
package console

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/sa2c/sunpyter/internal/units"
	"github.com/sa2c/sunpyter/plain"
)

// redrawInterval is how often the live line is redrawn.
const redrawInterval = 250 * time.Millisecond

// spinner is the animation at the start of the live line.
var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// Screen writes permanent lines and, on a terminal, one live line below them that changes in
// place: what the program waits for, and how long. It uses only carriage return and spaces, which
// every terminal supports.
type Screen struct {
	out   io.Writer
	width func() int // of the terminal; nil: no terminal, so no live line

	mu      sync.Mutex
	status  string // of the live line; empty: none
	since   time.Time
	drawn   int // columns that the live line covers now
	frame   int
	timer   *time.Timer
	paused  int
	pending strings.Builder // lines that came while paused
}

// NewScreen returns a screen on out, live if out is a terminal. The caller closes it.
func NewScreen(out io.Writer) *Screen {
	s := &Screen{out: out}
	if file, ok := out.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(file.Fd())) {
		s.width = func() int {
			width, _, err := term.GetSize(int(file.Fd()))
			if err != nil || width < 20 {
				return 80
			}
			return width
		}
	}
	return s
}

// Live reports whether there is a live line: whether the output is a terminal.
func (s *Screen) Live() bool { return s.width != nil }

// Line prints a line above the live line.
func (s *Screen) Line(format string, args ...any) {
	s.add(plain.Text(fmt.Sprintf(format, args...)) + "\n")
}

// MarkedLine is Line with a mark before the text, which may have colours.
func (s *Screen) MarkedLine(mark, text string) {
	s.add("  " + mark + " " + plain.Text(text) + "\n")
}

func (s *Screen) add(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused > 0 {
		s.pending.WriteString(text)
		return
	}
	s.erase()
	_, _ = io.WriteString(s.out, text)
	s.draw()
}

// SetStatus sets the live line's text; empty: no live line. The time next to it restarts, unless
// keepClock is set because only the text has changed.
func (s *Screen) SetStatus(text string, keepClock bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.width == nil {
		return
	}
	text = strings.ReplaceAll(plain.Text(text), "\n", " ")
	if s.status == "" || !keepClock {
		s.since = time.Now()
	}
	s.status = text
	s.erase()
	s.draw()
	s.schedule()
}

// HasStatus reports whether there is a live line.
func (s *Screen) HasStatus() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status != ""
}

// Pause removes the live line and buffers lines until resume, while a prompt is shown.
func (s *Screen) Pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.paused++
}

func (s *Screen) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused--; s.paused > 0 {
		return
	}
	_, _ = io.WriteString(s.out, s.pending.String())
	s.pending.Reset()
	s.draw()
}

// Close removes the live line for good.
func (s *Screen) Close() { s.SetStatus("", false) }

// The methods below are called with mu held.

// schedule redraws the live line periodically while there is one.
func (s *Screen) schedule() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if s.status != "" {
		s.timer = time.AfterFunc(redrawInterval, s.tick)
	}
}

func (s *Screen) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame++
	s.draw()
	s.schedule()
}

func (s *Screen) draw() {
	if s.status == "" || s.paused > 0 || s.width == nil {
		return
	}
	seconds := ""
	if since := time.Since(s.since); since >= time.Second {
		seconds = " " + units.Duration(since.Truncate(time.Second))
	}
	text := fmt.Sprintf("%c %s", spinner[s.frame%len(spinner)], s.status)
	text = shorten(text, s.width()-1-len(seconds)) + seconds
	columns := utf8.RuneCountInString(text)
	_, _ = fmt.Fprintf(s.out, "\r%s%s", text, strings.Repeat(" ", max(0, s.drawn-columns)))
	s.drawn = columns
}

func (s *Screen) erase() {
	if s.drawn == 0 {
		return
	}
	_, _ = fmt.Fprintf(s.out, "\r%s\r", strings.Repeat(" ", min(s.drawn, s.width()-1)))
	s.drawn = 0
}

// shorten truncates text to at most columns characters.
func shorten(text string, columns int) string {
	if utf8.RuneCountInString(text) <= columns {
		return text
	}
	return string([]rune(text)[:columns-1]) + "…"
}
