//go:build unix

package e2e

import (
	"os"
	"testing"

	"github.com/sa2c/sunpyter/login"
	"github.com/sa2c/sunpyter/testcluster"
	"github.com/sa2c/sunpyter/tunnel"
)

// TestMain puts the tests on the site's laptop. This binary can be the process that
// keeps a login, and the askpass of an ssh program, too. Programs that tests start log in by themselves unless a test
// says otherwise: what is left of them is then theirs.
func TestMain(m *testing.M) {
	if tunnel.IsAskpass() {
		os.Exit(tunnel.Askpass())
	}
	if len(os.Args) > 1 && os.Args[1] == login.Command {
		os.Exit(login.Main(os.Args[2:]))
	}
	_ = os.Setenv("SUNPYTER_SHARE_LOGIN", "false")
	testcluster.Main(m)
}
