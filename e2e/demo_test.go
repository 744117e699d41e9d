//go:build unix

package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestDemo: make demo runs a cell on its own site, which has the example of
// docs/for-site-admins.md as its file.
func TestDemo(t *testing.T) {
	t.Parallel()
	requireFaults(t, "it has a site of its own")
	if err := testcluster.CheckSupport(testcluster.Options{Modules: true}); err != nil {
		t.Skip("no site: ", err)
	}
	sunpyter, err := binary()
	must(t, err)
	demo := filepath.Join(t.TempDir(), "demo")
	if out, err := exec.Command("go", "build", "-o", demo, "github.com/sa2c/sunpyter/testcluster/cmd/demo").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), demo, "-sunpyter", sunpyter).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"Sunbird says: The course runs on Tuesday and Thursday, 10:00 to 12:00.\n", "Please stop kernels that you do not use.\n",
		" of Sunbird, for 2h0m0s\n", "\naffinity: 1\ncwd: /cdt_storage/alice\n", "\nreleased: job ",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in its output:\n%s", want, out)
		}
	}
}
