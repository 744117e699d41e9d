package terminal

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// noLinger takes from the race detector the second that it waits at each process's end.
const noLinger = "atexit_sleep_ms=0"

// TestMain makes this test binary the command sunpyter, too: with the fake as its
// server, which the command starts by running its own file again.
func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){
		"sunpyter": func() { os.Exit(Main("v0-test", fakeServe)) },
	})
}

// leakChecked fails when goroutines are left after the tests.
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

// within waits until ok, for at most patient.
func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patient)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patient, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
