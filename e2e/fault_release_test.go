//go:build unix

package e2e

import (
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestReleaseOverASilentLink: a firewall has dropped the connection, which has not been
// noticed yet when the user stops the kernel. A new one is made soon, with an own login
// and with a shared one.
func TestReleaseOverASilentLink(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	windows := []*window{openWindow(t, site), newLaptop(t, site, &codePrompter{}).window()}
	for _, w := range windows {
		w.start(protocol.KernelRequest{})
	}
	owner := openWindow(t, site)
	others := []*window{openWindow(t, site), newLaptop(t, site, &codePrompter{}).window()}
	theirs := make([]protocol.Session, len(others))
	for i, other := range others { // a kernel that a window of another computer holds
		theirs[i] = owner.start(protocol.KernelRequest{}).Session
		var listed protocol.KernelListResult
		must(t, other.call(protocol.MethodKernelList, protocol.KernelListParams{Cluster: "alice@login"}, &listed))
	}
	must(t, site.Forget())
	begun := time.Now()
	var group sync.WaitGroup
	for i, other := range others {
		group.Go(func() {
			var stopped protocol.KernelStopResult
			err := other.call(protocol.MethodKernelStop, protocol.KernelStopParams{JobID: theirs[i].JobID, Cluster: "alice@login"}, &stopped)
			if err != nil || len(stopped.Released) != 1 || stopped.Released[0].Outcome != protocol.ReleaseDone {
				t.Errorf("stopped from another computer: %+v, %v", stopped.Released, err)
			}
			t.Logf("stopped from another computer after %v", time.Since(begun))
		})
	}
	for _, w := range windows {
		group.Go(func() {
			w.releaseAll()
		})
	}
	group.Wait()
	if took := time.Since(begun); took > pace.Limit(30*time.Second) { // the keepalives alone take 40 s
		t.Errorf("released after %v", took)
	}
	measure(t, "released after", "%s", seconds(time.Since(begun)))
	nothingOfOurs(t, site)
}

// TestStopWithoutANetwork: a terminal has just listed the kernels of another
// computer and stops one when the network is lost. It soon reports that, with advice.
func TestStopWithoutANetwork(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the connection is given up, and the next one is waited for")
	site := testcluster.Start(t, testcluster.Options{})
	job := openWindow(t, site).start(protocol.KernelRequest{}).Session.JobID
	l := newLaptop(t, site, &codePrompter{})
	l.terminal("list", "alice@login").check(t, 0, job)
	must(t, site.Cut())
	begun := time.Now()
	said := l.terminal("stop", job, "alice@login")
	measure(t, "reported after", "%s", seconds(time.Since(begun)))
	if took := time.Since(begun); took > pace.Limit(35*time.Second) { // 8 s for the connection, 15 s for the next
		t.Errorf("reported after %v", took)
	}
	t.Log(said.err)
	said.check(t, 1, "connecting to login", "What to do:", "`scancel "+job+"` on the cluster")
	must(t, site.Uncut())
}
