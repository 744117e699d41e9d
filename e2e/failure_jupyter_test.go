//go:build unix

package e2e

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// TestJupyterNotInstalled: the node has only Python. If the login node has no Jupyter either, the user is asked
// before anything is submitted, unless an environment is chosen, or a job found one after that question.
func TestJupyterNotInstalled(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{Modules: true, CountCalls: true})
	must(t, site.HideJupyter("login"))
	asking, asked := openWindow(t, site), map[protocol.PromptPurpose]int{}
	answer := func(accept bool) {
		asking.mu.Lock()
		defer asking.mu.Unlock()
		asking.prompt = promptAnswers(asked, accept, nil)
	}
	answer(false)
	site.ResetCalls()
	problem := asking.failStart("alice@login", protocol.KernelRequest{})
	wantProblem{fault.JupyterMissing, "nothing was started", "Choose a module"}.check(t, problem)
	if len(problem.Choices) < 2 { // the module, and to make an environment
		t.Errorf("choices %+v", problem.Choices)
	}
	if calls := slurmCalls(t, site); slices.ContainsFunc(calls, func(call string) bool { return strings.HasPrefix(call, "sbatch") }) {
		t.Errorf("it was submitted: %q", calls)
	}
	asking.start(protocol.KernelRequest{Environment: &protocol.Environment{Modules: []string{"anaconda/2021.05"}}})
	asking.stopAll()
	answer(true)
	for range 2 {
		asking.start(protocol.KernelRequest{})
		asking.stopAll()
	}
	if asked[protocol.PurposeStart] != 2 {
		t.Errorf("asked %v", asked)
	}

	onEachNode(t, site, site.HideJupyter)
	w := openWindow(t, site)
	w.mu.Lock()
	w.prompt = promptAnswers(map[protocol.PromptPurpose]int{}, true, nil)
	w.mu.Unlock()
	wantProblem{fault.JupyterMissing, "no jupyter-lab, jupyter-notebook or jupyter-server", "Choose a module, conda environment or virtual environment"}.check(t, w.failStart("alice@login", protocol.KernelRequest{}))
	nothingLeft(t, site)
	onEachNode(t, site, site.ShowJupyter)
	w.checkStillWorks()
}

// TestJupyterDiesWhileStarting: the real Jupyter, with a broken package in
// the user's own path. The error has the end of Jupyter's log.
func TestJupyterDiesWhileStarting(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	site.MustExec(t, "login", "alice", "sh", "-c", `mkdir ~/broken && echo 'raise ImportError("libsodium.so.23: cannot open shared object file")' >~/broken/zmq.py`)
	t.Cleanup(func() { site.MustExec(t, "login", "alice", "rm", "-r", "/home/alice/broken") })
	w := openWindow(t, site)
	problem := w.failStart("alice@login", protocol.KernelRequest{Environment: &protocol.Environment{Variables: map[string]string{"PYTHONPATH": "/home/alice/broken"}}})
	wantProblem{fault.JupyterDied, "ImportError: libsodium.so.23: cannot open shared object file", "end of Jupyter's log"}.check(t, problem)
	if lines := strings.Count(problem.Answer, "\n"); lines < 3 || lines > 15 {
		t.Errorf("%d lines of the log", lines)
	}
	nothingLeft(t, site)
	w.checkStillWorks()
}

// TestJupyterThatPrintsNothing: a program in its place that ends at once.
func TestJupyterThatPrintsNothing(t *testing.T) {
	t.Parallel()
	site := testcluster.Shared(t)
	site.MustExec(t, "login", "alice", "sh", "-c", `mkdir ~/empty && echo >~/empty/jupyter-lab && chmod +x ~/empty/jupyter-lab`)
	t.Cleanup(func() { site.MustExec(t, "login", "alice", "rm", "-r", "/home/alice/empty") })
	problem := openWindow(t, site).failStart("alice@login", protocol.KernelRequest{Environment: &protocol.Environment{Setup: []string{"PATH=~/empty:$PATH"}}})
	wantProblem{fault.JupyterDied, "it ended with status 0 and printed nothing", "start Jupyter by hand"}.check(t, problem)
	nothingLeft(t, site)
}

//go:embed testdata/old-notebook.py
var oldNotebook string

// installOldNotebook has nodes start a Jupyter that knows no sockets.
func installOldNotebook(t *testing.T, site *testcluster.Site) {
	t.Helper()
	onEachNode(t, site, func(node string) error {
		site.MustExec(t, node, "root", "rm", "-f", "/usr/bin/jupyter-lab", "/usr/bin/jupyter-nbclassic") // which would be used, or are broken: sid
		return site.WriteFile(node, oldNotebookProgram, 0o755, oldNotebook)
	})
}

const oldNotebookProgram = "/usr/local/bin/jupyter-notebook"

// TestJupyterWithoutUnixSockets: it works over a port of the node's
// 127.0.0.1, and the user is warned.
func TestJupyterWithoutUnixSockets(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	installOldNotebook(t, site)
	w := openWindow(t, site)
	for range 2 { // the second meets the first's port
		ready := w.start(protocol.KernelRequest{SbatchOptions: []string{"--nodelist=" + site.Nodes()[0]}})
		checkAnswers(t, ready)
		if !strings.Contains(ready.Session.Notice, "too old for a private socket") || !strings.Contains(ready.Session.Notice, "Ask the site for a newer Jupyter") {
			t.Errorf("the notice is %q", ready.Session.Notice)
		}
		t.Log(ready.Session.Notice)
	}
	w.stopAll()
	nothingLeft(t, site)
	onEachNode(t, site, func(node string) error { return site.RemoveFile(node, oldNotebookProgram) })
	w.checkStillWorks()
}
