//go:build unix

package e2e

import (
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestReleaseOverASilentLink: a firewall has dropped the connection, and nobody has
// noticed yet when the person says stop. Another one is made soon, by the window that
// has its own as by the one that shares it.
func TestReleaseOverASilentLink(t *testing.T) {
	t.Parallel()
	took(t)
	site := testcluster.Start(t, testcluster.Options{})
	windows := []*window{openWindow(t, site), newLaptop(t, site, &codeTypist{}).window()}
	for _, w := range windows {
		w.start(protocol.KernelRequest{})
	}
	must(t, site.Forget())
	begun := time.Now()
	var group sync.WaitGroup
	for _, w := range windows {
		group.Go(func() {
			for _, r := range w.stopAll() {
				if r.Outcome != protocol.ReleaseDone {
					t.Errorf("released: %+v", r)
				}
			}
		})
	}
	group.Wait()
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("released after %v", took)
	}
	measured(t, "released after", "%s", seconds(time.Since(begun)))
	nothingOfOurs(t, site)
}
