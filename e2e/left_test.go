//go:build unix

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/testcluster"
)

// nothingLeft waits until no job, file and process of alice's is left anywhere
// on the site.
func nothingLeft(t *testing.T, site *testcluster.Site) {
	t.Helper()
	var left []string
	eventually(t, patience, func() bool {
		left = leftovers(t, site)
		return len(left) == 0
	}, func() string { return "left behind: " + strings.Join(left, "; ") })
}

func leftovers(t *testing.T, site *testcluster.Site) (left []string) {
	t.Helper()
	jobs, err := site.Jobs("alice")
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		left = append(left, fmt.Sprintf("job %+v", job))
	}
	files, err := site.Files("/home/alice/.sunpyter*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		left = append(left, "file "+file)
	}
	for _, host := range append([]string{"login"}, site.Nodes()...) {
		processes, err := site.Processes(host, "alice")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range processes {
			left = append(left, fmt.Sprintf("process on %s: %v", host, p.Args))
		}
		if host == "login" {
			continue
		}
		tmp, err := site.Exec(t.Context(), host, "root", "find", "/tmp", "-name", "sunpyter*")
		if err != nil {
			t.Fatal(err)
		}
		if tmp = strings.TrimSpace(tmp); tmp != "" {
			left = append(left, "on "+host+": "+tmp)
		}
	}
	return left
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
