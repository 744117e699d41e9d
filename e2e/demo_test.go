//go:build unix

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/testprogram"
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
	demo, program := filepath.Join(t.TempDir(), "demo"), filepath.Join(t.TempDir(), "sunpyter")
	must(t, exec.Command("cp", sunpyter, program).Run()) // its processes are the demo's
	if out, err := exec.Command("go", "build", "-o", demo, "github.com/sa2c/sunpyter/testcluster/cmd/demo").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), demo, "-sunpyter", program)
	cmd.Env = append(os.Environ(), "SUNPYTER_SHARE_LOGIN=") // as a user has it
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"Sunbird says: The course runs on Tuesday and Thursday, 10:00 to 12:00.\n", "Please stop kernels that you do not use.\n",
		" of Sunbird, for 2 h\n", "\naffinity: 1\ncwd: /cdt_storage/alice\n", "\nreleased: job ",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in its output:\n%s", want, out)
		}
	}
	if left := testprogram.Running(func(args []string) bool { return args[0] == program }); len(left) > 0 {
		t.Errorf("it left the processes %v", left)
	}
}
