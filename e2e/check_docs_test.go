//go:build unix

package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// titles are the tests of a check as people see them.
var titles = map[string]string{
	"computer": "This computer", "config": "Configuration", "ssh-config": "SSH configuration for the host", "host-name": "Name of the login node",
	"port": "SSH on the login node", "host-key": "Key of the login node", "login": "Login", "shell": "Login shell", "slurm": "Slurm",
	"account": "Account", "partition": "Partition and size of the request", "home": "Home directory", "workdir": "Working directory",
	"job": "A small job", "jupyter": "Jupyter in the job", "route": "Way into the job",
}

// allBrokenSetups are all that is broken on purpose.
func allBrokenSetups() []brokenSetup {
	return slices.Concat(localTroubles, hostTroubles, siteTroubles, jobTroubles, passwordTroubles)
}

// TestTroubleshootingListsEachBrokenSetup: the document has a row for each broken set-up
// that is tested, and no other.
func TestTroubleshootingListsEachBrokenSetup(t *testing.T) {
	text, err := os.ReadFile("../docs/troubleshooting.md")
	must(t, err)
	documented := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) == 6 && strings.Contains(cells[3], "`") {
			documented[strings.Join(cells[1:4], "|")] = true
			if len(strings.TrimSpace(cells[4])) < 5 {
				t.Errorf("no cure: %s", line)
			}
		}
	}
	for _, x := range allBrokenSetups() {
		row := fmt.Sprintf(" %s | %s | `%s` ", x.name, titles[x.step], x.code)
		if !documented[row] {
			t.Errorf("docs/troubleshooting.md has no row |%s|", row)
		}
		delete(documented, row)
	}
	for row := range documented {
		t.Errorf("no test breaks this: |%s|", row)
	}
	if n := len(allBrokenSetups()); n < 20 {
		t.Errorf("only %d troubles", n)
	}
}

// TestReadmeListsKnownCodes: the commonest codes in the readme exist.
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
			if !strings.Contains(string(codes), fmt.Sprintf("Code = %q", code)) {
				t.Errorf("README.md has the code %q, which there is not", code)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d codes were found in README.md", found)
	}
}
