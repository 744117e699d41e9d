package terminal

import (
	"fmt"
	"io"
	"os"
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

// screen writes permanent lines and, on a terminal, one live line below them that changes in
// place: what the program waits for, and how long. It uses only carriage return and spaces, which
// every terminal supports.
type screen struct {
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

// newScreen returns a screen on out, live if out is a terminal. The caller closes it.
func newScreen(out io.Writer) *screen {
	s := &screen{out: out}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
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

// line prints a line above the live line.
func (s *screen) line(format string, args ...any) {
	s.add(plain.Text(fmt.Sprintf(format, args...)) + "\n")
}

// markedLine is line with a mark before the text, which may have colours.
func (s *screen) markedLine(mark, text string) {
	s.add("  " + mark + " " + plain.Text(text) + "\n")
}

func (s *screen) add(text string) {
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

// setStatus sets the live line's text; empty: no live line. The time next to it restarts, unless
// keepClock is set because only the text has changed.
func (s *screen) setStatus(text string, keepClock bool) {
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

// pause removes the live line and buffers lines until resume, while a prompt is shown.
func (s *screen) pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.paused++
}

func (s *screen) resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paused--; s.paused > 0 {
		return
	}
	_, _ = io.WriteString(s.out, s.pending.String())
	s.pending.Reset()
	s.draw()
}

// close removes the live line for good.
func (s *screen) close() { s.setStatus("", false) }

// The methods below are called with mu held.

// schedule redraws the live line periodically while there is one.
func (s *screen) schedule() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if s.status != "" {
		s.timer = time.AfterFunc(redrawInterval, s.tick)
	}
}

func (s *screen) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frame++
	s.draw()
	s.schedule()
}

func (s *screen) draw() {
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

func (s *screen) erase() {
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
