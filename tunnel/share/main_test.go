//go:build linux

package share

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/tunnel/openssh"
)

// TestMain lets this binary also be the daemon, an askpass, and other programs of a user.
func TestMain(m *testing.M) {
	if openssh.IsAskpass() {
		os.Exit(openssh.Askpass())
	}
	if len(os.Args) > 1 && os.Args[1] == Command {
		os.Exit(Main(os.Args[2:]))
	}
	if role := os.Getenv("SHARE_TEST_ROLE"); role != "" {
		os.Exit(runRole(role))
	}
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0") // for the daemons: otherwise each sleeps for a second at its end
	patience = pace.Limit(patience)
	goleak.VerifyTestMain(m)
}
