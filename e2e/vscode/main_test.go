//go:build linux

package vscode

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestMain puts the tests on the site's laptop.
func TestMain(m *testing.M) { testcluster.Main(m) }

// special are the sites of files that need a special one.
var special = map[string]testcluster.Options{
	// Whoever logs in is shown a text that hostile.test.ts writes.
	"hostile": {Modules: true, LoginSSHD: "Banner /etc/banner"},
	// The login node asks for everything that a login node may ask; see prompts.test.ts.
	"prompts": {Modules: true, LoginSSHD: "KbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive"},
}

// TestVSCode runs each file of tests/. Those named *.long.test.ts take minutes.
func TestVSCode(t *testing.T) {
	if testing.Short() {
		t.Skip("no VS Code with -short")
	}
	files, err := filepath.Glob("tests/*.test.ts")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	r := newRig(t)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".test.ts")
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(name, ".long") && os.Getenv("SUNPYTER_FAULTS") != "1" {
				t.Skip("it takes minutes; set SUNPYTER_FAULTS=1 (make faults)")
			}
			r.run(t, file, siteFor(t, name))
		})
	}
}

func siteFor(t *testing.T, name string) *testcluster.Site {
	t.Helper()
	if options, ok := special[name]; ok {
		return testcluster.Start(t, options)
	}
	return testcluster.Shared(t)
}
