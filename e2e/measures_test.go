//go:build unix

package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/e2e/measures"
)

// measured notes what a test has measured, for docs/reliability.md: in the file
// that SUNPYTER_MEASURES names, once the test has passed.
func measured(t *testing.T, what, format string, args ...any) {
	t.Helper()
	value := fmt.Sprintf(format, args...)
	t.Logf("measured: %s: %s", what, value)
	file := os.Getenv("SUNPYTER_MEASURES")
	if file == "" {
		return
	}
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if err := measures.Append(file, measures.Measure{Test: t.Name(), What: what, Value: value}); err != nil {
			t.Error(err)
		}
	})
}

// seconds is a time as the table shows it.
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
