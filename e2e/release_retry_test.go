//go:build unix

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestReleaseRetriedAfterCloseWithoutNetwork: the window closes while the cluster cannot be
// reached. Its server retries, and releases the node as soon as it can,
// long before the job would end by itself.
func TestReleaseRetriedAfterCloseWithoutNetwork(t *testing.T) {
	t.Parallel()
	requireFaults(t, "the release is given up once, after a minute")
	site, w := startWindow(t, testcluster.Options{})
	w.start(protocol.KernelRequest{})
	must(t, site.Cut())
	_ = w.rpc.Close()
	time.Sleep(75 * time.Second) // the release fails once: that is the condition
	if len(activeJobs(t, site)) != 1 {
		t.Fatal("the job is gone by itself")
	}
	must(t, site.Uncut())
	back := time.Now()
	eventually(t, 2*waitLimit, func() bool { return len(activeJobs(t, site)) == 0 }, func() string { return fmt.Sprint(activeJobs(t, site)) })
	measure(t, "released after the link was back", "%s", seconds(time.Since(back)))
	w.waitServed(waitLimit)
	nothingLeft(t, site)
}
