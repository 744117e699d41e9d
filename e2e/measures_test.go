//go:build unix

package e2e

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/e2e/measures"
)

// figures are what the tests that run have measured so far.
var figures = struct {
	sync.Mutex
	of map[*testing.T][]measures.Measure
}{of: map[*testing.T][]measures.Measure{}}

// measure records what a test has measured, for docs/reliability.md: in the file
// that SUNPYTER_MEASURES names, once the test has passed.
func measure(t *testing.T, what, format string, args ...any) {
	t.Helper()
	value := fmt.Sprintf(format, args...)
	t.Logf("measured: %s: %s", what, value)
	figures.Lock()
	defer figures.Unlock()
	if figures.of[t] == nil {
		t.Cleanup(func() { saveMeasures(t) })
	}
	figures.of[t] = append(figures.of[t], measures.Measure{Test: t.Name(), What: what, Value: value})
}

// saveMeasures writes what a test has measured, in its order.
func saveMeasures(t *testing.T) {
	figures.Lock()
	all := figures.of[t]
	delete(figures.of, t)
	figures.Unlock()
	file := os.Getenv("SUNPYTER_MEASURES")
	if file == "" || t.Failed() {
		return
	}
	for _, m := range all {
		if err := measures.Append(file, m); err != nil {
			t.Error(err)
		}
	}
}

// seconds formats a time for the page.
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
