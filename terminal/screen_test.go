package terminal

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// liveScreen returns a screen that believes in a terminal of this width, and all that was
// written to it.
func liveScreen(width int) (s *screen, written func() string) {
	var out strings.Builder
	s = &screen{out: &out, width: func() int { return width }}
	return s, func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return out.String()
	}
}

// shown plays what was written as a terminal would, and gives its lines.
func shown(written string) string {
	var lines []string
	for line := range strings.SplitSeq(written, "\n") {
		var cells []rune
		column := 0
		for _, r := range line {
			if r == '\r' {
				column = 0
				continue
			}
			if column == len(cells) {
				cells = append(cells, r)
			} else {
				cells[column] = r
			}
			column++
		}
		lines = append(lines, strings.TrimRight(string(cells), " "))
	}
	return strings.Join(lines, "\n")
}

func TestLiveLineIsDrawnInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, written := liveScreen(80)
		s.wait("Connecting to a very long name…", false)
		time.Sleep(2*time.Second + redraw/2)
		synctest.Wait()
		if got := shown(written()); !strings.HasSuffix(got, " Connecting to a very long name… 2 s") {
			t.Errorf("the terminal shows %q", got)
		}
		s.wait("Short…", true)
		if got := shown(written()); !strings.HasSuffix(got, " Short… 2 s") || strings.Contains(got, "name") {
			t.Errorf("other words for the same wait: %q", got)
		}
		s.line("Connected.")
		if got := shown(written()); !strings.HasPrefix(got, "Connected.\n") || !strings.HasSuffix(got, " Short… 2 s") {
			t.Errorf("a line above the live line: %q", got)
		}
		s.wait("Other…", false)
		if got := shown(written()); !strings.HasSuffix(got, " Other…") {
			t.Errorf("another wait begins at 0: %q", got)
		}
		s.close()
		if got := shown(written()); got != "Connected.\n" {
			t.Errorf("closed: %q", got)
		}
		before := len(written())
		time.Sleep(10 * redraw)
		synctest.Wait()
		if len(written()) != before {
			t.Error("a closed screen is drawn on")
		}
	})
}

func TestLiveLineFitsTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, written := liveScreen(20)
		s.wait("Waiting for something with many words", false)
		defer s.close()
		if got := shown(written()); len([]rune(got)) != 19 || !strings.HasSuffix(got, "…") {
			t.Errorf("the terminal shows %q", got)
		}
		time.Sleep(12*time.Second + redraw/2)
		synctest.Wait()
		if got := shown(written()); len([]rune(got)) != 19 || !strings.HasSuffix(got, "… 12 s") {
			t.Errorf("later the terminal shows %q", got)
		}
	})
}

func TestPausedScreenHoldsLinesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, written := liveScreen(80)
		s.wait("Waiting…", false)
		s.pause()
		before := len(written())
		s.line("one")
		s.wait("Still waiting…", true)
		time.Sleep(5 * redraw)
		synctest.Wait()
		if len(written()) != before {
			t.Errorf("it writes while paused: %q", written()[before:])
		}
		s.resume()
		if got := shown(written()); !strings.HasPrefix(got, "one\n") || !strings.Contains(got, "Still waiting…") {
			t.Errorf("resumed: %q", got)
		}
		s.close()
	})
}

func TestNoLiveLineWithoutATerminal(t *testing.T) {
	var out strings.Builder
	s := newScreen(&out)
	s.wait("Waiting…", false)
	s.line("a %s", "b\x1b")
	s.close()
	if out.String() != "a b\n" {
		t.Errorf("got %q", out.String())
	}
}
