//go:build unix

package e2e

import (
	"os"
	"testing"

	"github.com/sa2c/sunpyter/tunnel/openssh"

	"go.uber.org/goleak"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster"
	"github.com/sa2c/sunpyter/tunnel/share"
)

// TestMain puts the tests on the site's laptop. This binary can also be the connection
// daemon and the askpass of an ssh program. Programs that tests start log in by themselves unless a test
// says otherwise: what is left of them is then theirs.
func TestMain(m *testing.M) {
	if openssh.IsAskpass() {
		os.Exit(openssh.Askpass())
	}
	if len(os.Args) > 1 && os.Args[1] == share.Command {
		os.Exit(share.Main(os.Args[2:]))
	}
	_ = os.Setenv("SUNPYTER_SHARE_LOGIN", "false")
	waitLimit = pace.Limit(waitLimit)
	// In x/crypto/ssh, a channel that is being opened at the instant in which its connection
	// ends gets no error: its open waits for ever.
	testcluster.Main(m, goleak.IgnoreTopFunction("golang.org/x/crypto/ssh.(*mux).openChannel"))
}
