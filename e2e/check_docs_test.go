//go:build unix

package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/markdown"
)

// titles are the tests of a check as users see them.
var titles = map[string]string{
	"computer": "This computer", "config": "Configuration", "ssh-config": "SSH configuration for the host", "host-name": "Name of the login node",
	"port": "SSH on the login node", "host-key": "Key of the login node", "login": "Login", "shell": "Login shell", "slurm": "Slurm",
	"account": "Account", "partition": "Partition and size of the request", "home": "Home directory", "workdir": "Working directory",
	"job": "A small job", "jupyter": "Jupyter in the job", "route": "Connection to the job", "cell": "A cell",
}

// allBrokenSetups returns all broken set-ups of the tests.
func allBrokenSetups() []brokenSetup {
	return slices.Concat(brokenLocalSetups, brokenHosts, brokenSites, brokenJobs, brokenKernels, brokenPasswordLogins)
}

// TestTroubleshootingListsEachBrokenSetup: the page has an item for each broken set-up
// that is tested, and no other.
func TestTroubleshootingListsEachBrokenSetup(t *testing.T) {
	text, err := os.ReadFile("../docs/troubleshooting.md")
	must(t, err)
	documented := map[string]bool{}
	for _, item := range markdown.Items(string(text)) {
		if setup, advice, found := strings.Cut(item, "): "); found && strings.HasPrefix(setup, "**") {
			documented[setup+")"] = true
			if len(advice) < 5 {
				t.Errorf("no advice: %s", item)
			}
		}
	}
	for _, x := range allBrokenSetups() {
		item := fmt.Sprintf("**%s** (%s, `%s`)", x.name, titles[x.step], x.code)
		if !documented[item] {
			t.Errorf("docs/troubleshooting.md has no item %s", item)
		}
		delete(documented, item)
	}
	for item := range documented {
		t.Errorf("no test breaks this: %s", item)
	}
	if n := len(allBrokenSetups()); n < 20 {
		t.Errorf("only %d broken set-ups", n)
	}
}

// TestReadmeListsKnownCodes: the codes in the README exist.
func TestReadmeListsKnownCodes(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	must(t, err)
	codes, err := os.ReadFile("../fault/codes.go")
	must(t, err)
	found := 0
	for line := range strings.Lines(string(readme)) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), "|")
		for part := range strings.SplitSeq(cell, ",") {
			code := fault.Code(strings.Trim(strings.TrimSpace(part), "`"))
			if !strings.Contains(string(code), ".") || strings.Contains(string(code), " ") {
				continue
			}
			found++
			want := fmt.Sprintf("Code = %q", code)
			if all, ok := strings.CutSuffix(want, `…"`); ok { // all that begin with it
				want = all
			}
			if !strings.Contains(string(codes), want) {
				t.Errorf("README.md has the code %q, which there is not", code)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d codes were found in README.md", found)
	}
}
