// Package scripts tests the scripts in its folder.
package scripts

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/testprogram"
)

const (
	npmClean = `{"vulnerabilities": {}, "metadata": {"vulnerabilities": {"total": 0}}}`
	npmFound = `{"vulnerabilities": {"left-pad": {"name": "left-pad", "severity": "high", "range": "<2"}}, "metadata": {"vulnerabilities": {"total": 1}}}`
	npmAway  = `{"message": "request to https://registry.example/advisories failed", "error": {"summary": "", "detail": ""}}`
)

// TestAudit runs audit.sh with programs in govulncheck's and npm's place that answer as those do:
// only the real lists would show the rest, and they change.
func TestAudit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a shell script")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("needs node: ", err)
	}
	for _, test := range []struct {
		name   string
		goCode string
		npm    string
		status int
		says   []string
	}{
		{"nothing is found", "0", npmClean, 0, []string{"Go: no known", "npm: no known"}},
		{"Go finds something", "3", npmClean, 1, []string{"found: Go", "npm: no known"}},
		{"npm finds something", "0", npmFound, 1, []string{"found: npm", "left-pad <2: high"}},
		{"Go's list cannot be reached", "1", npmClean, 3, []string{"NOT CHECKED: Go.", "npm: no known"}},
		{"npm's list cannot be reached", "0", npmAway, 3, []string{"NOT CHECKED: npm.", "registry.example"}},
		{"npm prints no report", "0", "", 3, []string{"NOT CHECKED: npm."}},
		{"one is found, the other cannot be reached", "3", npmAway, 1, []string{"found: Go", "NOT CHECKED: npm."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, output := audit(t, test.goCode, test.npm)
			if status != test.status {
				t.Errorf("the exit status is %d, want %d\n%s", status, test.status, output)
			}
			for _, text := range test.says {
				if !strings.Contains(output, text) {
					t.Errorf("%q is missing in\n%s", text, output)
				}
			}
		})
	}
}

// audit runs the script; npm's own status is 1 unless nothing is found.
func audit(t *testing.T, goStatus, npmReport string) (status int, output string) {
	programs := t.TempDir()
	for name, script := range map[string]string{
		"govulncheck": "exit " + goStatus,
		"npm":         "echo '" + npmReport + "'; exit 1",
	} {
		testprogram.Write(t, filepath.Join(programs, name), "#!/bin/sh\n"+script+"\n")
	}
	command := exec.Command("./audit.sh")
	command.Env = append(os.Environ(), "PATH="+programs+":"+os.Getenv("PATH"))
	text, err := command.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0, string(text)
}
