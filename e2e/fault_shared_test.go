//go:build unix

package e2e

import (
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestWithOneLogin: the tests that break links and end processes again, with the default:
// the connection daemon holds the login for all windows and commands.
func TestWithOneLogin(t *testing.T) {
	t.Parallel()
	requireFaults(t, "each has run with a login of its own")
	for name, row := range map[string]func(*testing.T){
		"asleep": TestLaptopAsleep, "cut for longer than the grace": TestCutLongerThanTheGrace, "starts while the link is down": TestJobStartsWhileTheLinkIsDown,
		"slow link": TestSlowLink, "forgotten connection": TestConnectionDroppedByFirewall, "login fails": TestLoginNodeCrashes, "login moves": TestLoginNodeAddressChanges,
		"killed at each state": TestKilledAtEachState, "editor killed at each state": TestEditorKilledAtEachState, "laptop's disk full": TestLaptopDiskFull,
		"short cut": TestShortCut, "login session killed": TestLoginSessionKilled, "woken": TestDeadLinkNoticedAfterWakeup,
		"cancelled in the gap": TestCancelledInTheGap, "laptop dies in the gap": TestLaptopDiesInTheGap, "laptop loses power in the gap": TestLaptopLosesPowerInTheGap,
		"login dies in the gap": TestLoginDiesInTheGap, "signals": TestSignalsRelease, "client dies": TestClientDies, "server dies": TestServerDies,
	} {
		t.Run(name, row)
	}
}

// sharesLogin reports whether the test's programs share their login.
func sharesLogin(t *testing.T) bool { return strings.HasPrefix(t.Name(), "TestWithOneLogin/") }

// laptopWithDaemon returns a laptop with a connection daemon, which ends with the test.
func laptopWithDaemon(t *testing.T, site *testcluster.Site) *laptop {
	t.Helper()
	addWindow(site, 1) // the connection daemon
	t.Cleanup(func() { addWindow(site, -1) })
	return newLaptop(t, site, &codePrompter{})
}
