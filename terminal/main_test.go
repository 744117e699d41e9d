package terminal

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// noLinger disables the race detector's wait of one second at each process's exit.
const noLinger = "atexit_sleep_ms=0"

// TestMain makes this test binary the command sunpyter, too, with the fake server, which the
// command starts by running its own file.
func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){
		"sunpyter": func() {
			topInterval = 300 * time.Millisecond // the spinner moves once meanwhile
			os.Exit(Main("v0-test", serveFake))
		},
	})
}

// leakChecked fails if goroutines are left after the tests.
type leakChecked struct{ m *testing.M }

func (l leakChecked) Run() int {
	code := l.m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("FAKE_MARKS", env.WorkDir+"/marks")
			env.Setenv("SUNPYTER_CONFIG", "")
			env.Setenv("GORACE", noLinger)
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
			return nil
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// patient is how long a test waits for what must come.
const patient = 20 * time.Second

// eventually waits until ok returns true, for at most patient.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patient)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patient, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
