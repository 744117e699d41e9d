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

// sharesLogin reports whether what the test starts is to share its login.
func sharesLogin(t *testing.T) bool { return strings.HasPrefix(t.Name(), "TestWithOneLogin/") }

// laptopWithDaemon returns a laptop whose login is kept, and ended with the test.
func laptopWithDaemon(t *testing.T, site *testcluster.Site) *laptop {
	t.Helper()
	addWindow(site, 1) // the login that is kept
	t.Cleanup(func() { addWindow(site, -1) })
	return newLaptop(t, site, &codePrompter{})
}
