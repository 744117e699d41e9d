//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestWithOneLogin: the rows that break links and end processes once more, as people have
// it: the login is kept by a process of its own, for all windows and commands.
func TestWithOneLogin(t *testing.T) {
	t.Parallel()
	slow(t, "each has run with a login of its own")
	for name, row := range map[string]func(*testing.T){
		"asleep": TestAsleep, "cut for longer than the grace": TestCutForLongerThanTheGrace, "starts while the link is down": TestJobStartsWhileTheLinkIsDown,
		"slow link": TestSlowLink, "forgotten connection": TestForgottenConnection, "login fails": TestLoginFails, "login moves": TestLoginMoves,
		"killed at each state": TestKilledAtEachState, "editor killed at each state": TestEditorKilledAtEachState, "laptop's disk full": TestLaptopDiskFull,
		"short cut": TestShortCut, "login session killed": TestLoginSessionKilled, "woken": TestWokenLaptopNoticesADeadLink,
		"cancelled in the gap": TestCancelledInTheGap, "laptop dies in the gap": TestLaptopDiesInTheGap, "laptop loses power in the gap": TestLaptopLosesPowerInTheGap,
		"login dies in the gap": TestLoginDiesInTheGap, "signals": TestSignalsRelease, "client dies": TestClientDies, "server dies": TestServerDies,
	} {
		t.Run(name, row)
	}
}

// sharing reports whether what the test starts is to share its login.
func sharing(t *testing.T) bool { return strings.HasPrefix(t.Name(), "TestWithOneLogin/") }

// keeping is a laptop whose login is kept, and ended with the test.
func keeping(t *testing.T, site *testcluster.Site) *laptop {
	t.Helper()
	countWindow(site, 1) // the login that is kept
	t.Cleanup(func() { countWindow(site, -1) })
	return newLaptop(t, site, &codeTypist{})
}
