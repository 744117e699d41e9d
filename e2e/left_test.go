//go:build unix

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/e2e/left"
	"github.com/sa2c/sunpyter/testcluster"
)

// nothingLeft waits until no job, file and process of alice's is left anywhere
// on the site.
func nothingLeft(t *testing.T, site *testcluster.Site) {
	t.Helper()
	var behind []string
	eventually(t, patience, func() bool {
		behind = leftovers(t, site)
		return len(behind) == 0
	}, func() string { return "left behind: " + strings.Join(behind, "; ") })
}

func leftovers(t *testing.T, site *testcluster.Site) []string {
	t.Helper()
	behind, err := left.Behind(t.Context(), site)
	if err != nil {
		t.Fatal(err)
	}
	return behind
}

// eventually waits until ok, and fails with what why says otherwise.
func eventually(t *testing.T, limit time.Duration, ok func() bool, why func() string) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatal(why())
		}
		time.Sleep(100 * time.Millisecond)
	}
}
