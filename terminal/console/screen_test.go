package console

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// newLiveScreen returns a screen on a terminal of this width, and a function that returns its
// output.
func newLiveScreen(width int) (s *Screen, written func() string) {
	var out strings.Builder
	s = &Screen{out: &out, width: func() int { return width }}
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
		s.SetStatus("Connecting to a very long name…", false)
		time.Sleep(2*time.Second + redrawInterval/2)
		synctest.Wait()
		if got := shown(written()); !strings.HasSuffix(got, " Connecting to a very long name… 2 s") {
			t.Errorf("the terminal shows %q", got)
		}
		s.SetStatus("Short…", true)
		if got := shown(written()); !strings.HasSuffix(got, " Short… 2 s") || strings.Contains(got, "name") {
			t.Errorf("other words for the same wait: %q", got)
		}
		s.Line("Connected.")
		if got := shown(written()); !strings.HasPrefix(got, "Connected.\n") || !strings.HasSuffix(got, " Short… 2 s") {
			t.Errorf("a line above the live line: %q", got)
		}
		s.SetStatus("Other…", false)
		if got := shown(written()); !strings.HasSuffix(got, " Other…") {
			t.Errorf("another wait begins at 0: %q", got)
		}
		s.Close()
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
		s.SetStatus("Waiting for something with many words", false)
		defer s.Close()
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
		s.SetStatus("Waiting…", false)
		s.Pause()
		before := len(written())
		s.Line("one")
		s.SetStatus("Still waiting…", true)
		time.Sleep(5 * redrawInterval)
		synctest.Wait()
		if len(written()) != before {
			t.Errorf("it writes while paused: %q", written()[before:])
		}
		s.Resume()
		if got := shown(written()); !strings.HasPrefix(got, "one\n") || !strings.Contains(got, "Still waiting…") {
			t.Errorf("resumed: %q", got)
		}
		s.Close()
	})
}

func TestNoLiveLineWithoutATerminal(t *testing.T) {
	var out strings.Builder
	s := NewScreen(&out)
	s.SetStatus("Waiting…", false)
	s.Line("a %s", "b\x1b")
	s.Close()
	if out.String() != "a b\n" {
		t.Errorf("got %q", out.String())
	}
}
