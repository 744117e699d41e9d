//go:build unix

package e2e

import (
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// slurmCalls returns the scheduler calls since the last ResetCalls.
func slurmCalls(t *testing.T, site *testcluster.Site) (commands []string) {
	t.Helper()
	all, err := site.Calls()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if len(c.Args) == 1 && (c.Args[0] == "--version" || c.Args[0] == "--help") {
			continue // makes no call
		}
		commands = append(commands, c.String())
	}
	return commands
}
