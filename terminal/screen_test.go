package terminal

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// newLiveScreen returns a screen on a terminal of this width, and a function that returns its
// output.
func newLiveScreen(width int) (s *screen, written func() string) {
	var out strings.Builder
	s = &screen{out: &out, width: func() int { return width }}
	return s, func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return out.String()
	}
}

// shown interprets the output as a terminal would and returns the visible lines.
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
		s, written := newLiveScreen(80)
		s.setStatus("Connecting to a very long name…", false)
		time.Sleep(2*time.Second + redrawInterval/2)
		synctest.Wait()
		if got := shown(written()); !strings.HasSuffix(got, " Connecting to a very long name… 2 s") {
			t.Errorf("the terminal shows %q", got)
		}
		s.setStatus("Short…", true)
		if got := shown(written()); !strings.HasSuffix(got, " Short… 2 s") || strings.Contains(got, "name") {
			t.Errorf("other words for the same wait: %q", got)
		}
		s.line("Connected.")
		if got := shown(written()); !strings.HasPrefix(got, "Connected.\n") || !strings.HasSuffix(got, " Short… 2 s") {
			t.Errorf("a line above the live line: %q", got)
		}
		s.setStatus("Other…", false)
		if got := shown(written()); !strings.HasSuffix(got, " Other…") {
			t.Errorf("another wait begins at 0: %q", got)
		}
		s.close()
		if got := shown(written()); got != "Connected.\n" {
			t.Errorf("closed: %q", got)
		}
		before := len(written())
		time.Sleep(10 * redrawInterval)
		synctest.Wait()
		if len(written()) != before {
			t.Error("a closed screen is drawn on")
		}
	})
}

func TestLiveLineFitsTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, written := newLiveScreen(20)
		s.setStatus("Waiting for something with many words", false)
		defer s.close()
		if got := shown(written()); len([]rune(got)) != 19 || !strings.HasSuffix(got, "…") {
			t.Errorf("the terminal shows %q", got)
		}
		time.Sleep(12*time.Second + redrawInterval/2)
		synctest.Wait()
		if got := shown(written()); len([]rune(got)) != 19 || !strings.HasSuffix(got, "… 12 s") {
			t.Errorf("later the terminal shows %q", got)
		}
	})
}

func TestPausedScreenHoldsLinesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, written := newLiveScreen(80)
		s.setStatus("Waiting…", false)
		s.pause()
		before := len(written())
		s.line("one")
		s.setStatus("Still waiting…", true)
		time.Sleep(5 * redrawInterval)
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
	s.setStatus("Waiting…", false)
	s.line("a %s", "b\x1b")
	s.close()
	if out.String() != "a b\n" {
		t.Errorf("got %q", out.String())
	}
}
