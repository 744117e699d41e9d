//go:build unix

package e2e

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/jupyter"
	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

//go:embed testdata/named-environments.sh
var makeNamedEnvironments string

// startNamed opens a window on a site with environments, and the cluster "lab" in it.
func startNamed(t *testing.T, settings ...setting) (*testcluster.Site, *window) {
	t.Helper()
	site := testcluster.Start(t, testcluster.Options{Modules: true, CountCalls: true})
	site.MustExec(t, "login", "alice", "bash", "-c", installJupyter+makeNamedEnvironments)
	lab := protocol.ClusterProfile{Name: "lab", Title: "The \"lab\"", Host: "login", User: "alice"}
	return site, openWindow(t, site, append(settings, clusters(lab))...)
}

// inEnvironment is a request for a kernel in an environment.
func inEnvironment(name string) protocol.KernelRequest {
	return protocol.KernelRequest{Environment: &protocol.Environment{Name: name}}
}

// tryOnLab starts a kernel on the cluster lab.
func (w *window) tryOnLab(request protocol.KernelRequest) (ready protocol.KernelStartResult, err error) {
	err = w.call(protocol.MethodKernelStart, protocol.KernelStartParams{Cluster: "lab", Request: request}, &ready)
	return ready, err
}

// TestEnvironmentsAreFound: those of all kinds, on the login node, without a call to Slurm.
func TestEnvironmentsAreFound(t *testing.T) {
	t.Parallel()
	site, w := startNamed(t)
	site.ResetCalls()
	var found protocol.ClusterEnvironmentsResult
	must(t, w.call(protocol.MethodClusterEnvironments, protocol.ClusterEnvironmentsParams{Cluster: "lab"}, &found))
	var lines []string
	for _, e := range found.Environments {
		lines = append(lines, fmt.Sprintf("%s %s %s/%s %s", e.Kind, e.Name, e.Kernel, e.Jupyter, e.Problem))
	}
	for _, want := range []string{
		"conda co da yes/yes ", "venv ml yes/no ", "venv bare no/no ", "venv gone no/no its Python /opt/python-that-is-gone is gone",
		"module anaconda/2021.05 ", "venv upgraded no/no its ipykernel is for Python 3.4",
	} {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("%q was not found, but %q", want, lines)
		}
	}
	if calls := slurmCalls(t, site); len(calls) > 0 {
		t.Errorf("Slurm was called: %v", calls)
	}

	site.MustExec(t, "login", "alice", "bash", "-c", `mkdir -p ~/slow/init && echo 'export MODULESHOME=~/slow' >>~/.bash_profile &&
		echo 'module() { sleep 3; echo python/slow >&2; }' >~/slow/init/bash`)
	found = protocol.ClusterEnvironmentsResult{}
	must(t, w.call(protocol.MethodClusterEnvironments, protocol.ClusterEnvironmentsParams{Cluster: "lab", Refresh: true}, &found))
	if found.Incomplete || !slices.ContainsFunc(found.Environments, func(e protocol.EnvironmentInfo) bool { return e.Name == "python/slow" }) {
		t.Errorf("a slow module command: %+v", found)
	}
}

// TestKernelsInEnvironments: kernels run in the environment that was chosen, wherever Jupyter
// comes from, and the others that were found can be chosen in a notebook. Nothing is written but
// to the private folder.
func TestKernelsInEnvironments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	site, w := startNamed(t, stateDirSetting(dir))
	const code = "import os, sys; print(sys.prefix, os.environ.get('CONDA_PREFIX'), os.environ.get('VIRTUAL_ENV'), os.environ.get('ACTIVATED'), os.environ['PATH'].split(':')[0], sep='\\n')"
	ml := []string{"/home/alice/ml", "None", "/home/alice/ml", "None", "/home/alice/ml/bin"}
	const conda = "/home/alice/miniforge3/envs/co da"
	co := []string{conda, conda, "None", "it's on", conda + "/bin"}
	files := site.MustExec(t, "login", "alice", "find", "/home/alice", "-mindepth", "1", "-newer", "/home/alice/upgraded", "-not", "-path", "*/.sunpyter*")
	for _, row := range []struct {
		name, called string
		chosen, also []string
		title        string
	}{
		{"ml", "ml", ml, co, "(co da, The \"lab\")"},
		{conda, "co da", co, ml, "(ml, The \"lab\")"},
	} {
		t.Run(row.name, func(t *testing.T) {
			ready, err := w.tryOnLab(inEnvironment(row.name))
			must(t, err)
			if ready.Session.Environment != row.called {
				t.Errorf("the environment is called %q, want %q", ready.Session.Environment, row.called)
			}
			if got := strings.Split(strings.TrimSpace(execute(t, ready, code)), "\n"); !slices.Equal(got, row.chosen) {
				t.Errorf("the kernel printed %q, want %q", got, row.chosen)
			}
			ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
			defer cancel()
			client := jupyter.Client{URL: ready.URL, Token: ready.Token}
			var other jupyter.Kernelspec
			var titles []string
			eventually(t, waitLimit, func() bool { // Jupyter does not wait for the search
				_, specs, err := client.Kernelspecs(ctx)
				must(t, err)
				titles = nil
				for _, spec := range specs {
					titles = append(titles, spec.Title)
					if strings.HasSuffix(spec.Title, row.title) {
						other = spec
					}
				}
				return other.Name != ""
			}, func() string { return fmt.Sprintf("no kernel %s, but %q", row.title, titles) })
			for _, title := range titles {
				if strings.Contains(title, "bare") || strings.Contains(title, "gone") || strings.Contains(title, "upgraded") {
					t.Errorf("a kernel that cannot start is offered: %q", title)
				}
			}
			kernel, err := client.StartKernelOf(ctx, other.Name)
			must(t, err)
			out, err := kernel.Execute(ctx, code)
			must(t, err)
			if got := strings.Split(strings.TrimSpace(out), "\n"); !slices.Equal(got, row.also) {
				t.Errorf("the other kernel printed %q, want %q", got, row.also)
			}
			must(t, kernel.Close(ctx))
			w.stopAll()
		})
	}
	ready, err := w.tryOnLab(inEnvironment("anaconda/2021.05"))
	must(t, err)
	if got := strings.Split(strings.TrimSpace(execute(t, ready, code)), "\n"); got[len(got)-1] != "/opt/modules/anaconda/2021.05/bin" {
		t.Errorf("with a module, the kernel printed %q", got)
	}
	if listed := openWindow(t, site, stateDirSetting(dir)).onlyListed(); listed.Environment != "anaconda/2021.05" {
		t.Errorf("another window lists %+v", listed)
	}
	w.stopAll()
	nothingLeft(t, site)
	after := site.MustExec(t, "login", "alice", "find", "/home/alice", "-mindepth", "1", "-newer", "/home/alice/upgraded", "-not", "-path", "*/.sunpyter*", "-not", "-path", "*/__pycache__*",
		"-not", "-path", "*/.ipython*", "-not", "-path", "*/.jupyter*", "-not", "-path", "*/.local*", "-not", "-path", "*/.cache*")
	for line := range strings.Lines(after) {
		if !strings.Contains(files, line) {
			t.Errorf("written: %s", line)
		}
	}
	if specs, err := site.Exec(t.Context(), "login", "alice", "ls", "/home/alice/.local/share/jupyter/kernels"); err == nil {
		t.Errorf("kernelspecs were written to the home directory: %s", specs)
	}
}

// TestBadEnvironments: each has its own error; what the files show is reported before the job is
// submitted.
func TestBadEnvironments(t *testing.T) {
	t.Parallel()
	site, w := startNamed(t)
	site.ResetCalls()
	for name, want := range map[string]wantProblem{
		"bare":             {fault.KernelMissing, "ipykernel is not installed in it", "/home/alice/bare/bin/python -m pip install ipykernel"},
		"~/upgraded":       {fault.KernelMissing, "its ipykernel is for Python 3.4", "pip install ipykernel"},
		"/home/alice/gone": {fault.EnvironmentBroken, "its Python /opt/python-that-is-gone is gone", "another one"},
		"not there":        {fault.EnvironmentUnknown, "there is none of that name", "lists those"},
		"~/not-there":      {fault.EnvironmentUnknown, "no Python environment in that folder", "lists those"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.tryOnLab(inEnvironment(name))
			want.check(t, problemOf(t, err))
		})
	}
	if calls := slurmCalls(t, site); len(calls) > 0 {
		t.Errorf("Slurm was called: %v", calls)
	}
	site.MustExec(t, "login", "alice", "bash", "-c", `mkdir ~/shadow && echo 'raise ImportError("for another Python")' >~/shadow/zmq.py
mkdir ~/libraries && for lib in /usr/lib/*/libzmq.so.5; do echo none >~/libraries/"${lib##*/}"; done
site=$(python3 -m site --user-site) && mkdir -p "$site" && echo "$site" && cp ~/shadow/zmq.py "$site/switched-off.py"`)
	for _, row := range []struct {
		name, environment string
		variables         map[string]string
		before, after     string // commands
		want              wantProblem
	}{
		{"a Python that does not run", "~/broken", nil, "true", "true", wantProblem{fault.EnvironmentBroken, "libpython3.6.so", "Recreate the environment"}},
		{"PYTHONPATH", "ml", map[string]string{"PYTHONPATH": "/home/alice/shadow"}, "true", "true", wantProblem{fault.EnvironmentShadowed, "the variable PYTHONPATH is /home/alice/shadow", "Remove the variable"}},
		{"LD_LIBRARY_PATH", "ml", map[string]string{"LD_LIBRARY_PATH": "/home/alice/libraries"}, "true", "true", wantProblem{fault.EnvironmentShadowed, "the variable LD_LIBRARY_PATH is /home/alice/libraries", "Remove the variable"}},
		{"packages in ~/.local", "ml", nil, `cp ~/shadow/zmq.py "$(python3 -m site --user-site)"`, `rm "$(python3 -m site --user-site)/zmq.py"`,
			wantProblem{fault.EnvironmentShadowed, "packages in ~/.local/lib take the place", "those packages"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			site.MustExec(t, "login", "alice", "bash", "-c", row.before)
			defer site.MustExec(t, "login", "alice", "bash", "-c", row.after)
			request := inEnvironment(row.environment)
			request.Environment.Variables = row.variables
			_, err := w.tryOnLab(request)
			row.want.check(t, problemOf(t, err))
		})
	}
	site.MustExec(t, "login", "alice", "bash", "-c", `mkdir ~/bin && printf '#!/bin/sh\necho "CondaError: Run '"'conda init' before 'conda activate'"'" >&2\nexit 1\n' >~/bin/conda && chmod +x ~/bin/conda`)
	for line, want := range map[string]wantProblem{
		"PATH=~/bin:$PATH; conda activate ml": {fault.EnvironmentFailed, "Run 'conda init' before", "conda is not set up for the job's shell"},
		"exit 3":                              {fault.EnvironmentFailed, "set-up line exit 3: it ended the shell", "Try the same in a shell"},
	} {
		t.Run(line, func(t *testing.T) {
			_, err := w.tryOnLab(protocol.KernelRequest{Environment: &protocol.Environment{Setup: []string{line}}})
			want.check(t, problemOf(t, err))
		})
	}
	nothingLeft(t, site)
}

//go:embed testdata/wheelhouse.py
var makeWheelhouse string

// TestEnvironmentIsMade: where no Jupyter is found, the start offers to make an environment, whose
// commands are shown before. Kernels run in it, and one command removes it. The packages come
// from a folder of wheels, which are made of Debian's.
func TestEnvironmentIsMade(t *testing.T) {
	t.Parallel()
	requireFaults(t, "pip installs packages, twice")
	site, w := startNamed(t)
	onEachNode(t, site, site.HideJupyter)
	_, err := w.tryOnLab(inEnvironment("ml"))
	problem := problemOf(t, err)
	wantProblem{fault.JupyterMissing, "no jupyter-lab", "Choose a module"}.check(t, problem)
	last := problem.Choices[len(problem.Choices)-1]
	const made = "/home/alice/sunpyter-environment"
	if first := problem.Choices[0]; first.Environment == nil || first.Environment.Name != "co da" || last.Change == nil || last.Change.Action != protocol.EnvironmentCreate ||
		len(last.Commands) != 2 || last.Commands[0] != "python3 -m venv "+made || last.Commands[1] != made+"/bin/python -m pip install jupyter-server ipykernel" {
		t.Errorf("choices %+v", problem.Choices)
	}
	change := func(action protocol.EnvironmentAction, path string) (result protocol.EnvironmentChangeResult, err error) {
		params := protocol.EnvironmentChangeParams{Cluster: "lab", Action: action, Path: path}
		err = w.call(protocol.MethodEnvironmentChange, params, &result)
		return result, err
	}
	exists := func() bool {
		_, err := site.Exec(t.Context(), "login", "alice", "ls", "-d", made)
		return err == nil
	}

	// The site has no index: the words to ask it with, and nothing is left.
	_, err = change(protocol.EnvironmentCreate, "")
	wantProblem{fault.EnvironmentNoIndex, "jupyter-server", "Ask the site's support"}.check(t, problemOf(t, err))
	if exists() {
		t.Error("half an environment is left")
	}

	site.MustExec(t, "login", "alice", "python3", "-c", makeWheelhouse)
	var done protocol.EnvironmentChangeResult
	must(t, w.call(protocol.MethodEnvironmentChange, last.Change, &done))
	if e := done.Environment; e == nil || e.Path != made || e.Kernel != protocol.PresenceYes || e.Jupyter != protocol.PresenceYes {
		t.Errorf("made %+v: %+v", done, e)
	}
	ready, err := w.tryOnLab(inEnvironment(made))
	must(t, err)
	if out := execute(t, ready, "import sys; print(sys.prefix)"); strings.TrimSpace(out) != made {
		t.Errorf("the kernel runs in %q", out)
	}
	w.stopAll()

	// ipykernel in an environment that exists; one that is not Sunpyter's is not removed.
	_, err = change(protocol.EnvironmentInstall, "/home/alice/bare")
	wantProblem{fault.EnvironmentChange, "No module named pip", "There is no pip in it"}.check(t, problemOf(t, err))
	_, err = change(protocol.EnvironmentRemove, "/home/alice/ml")
	wantProblem{fault.EnvironmentUnknown, "has not made", "remove it yourself"}.check(t, problemOf(t, err))
	_, err = change(protocol.EnvironmentCreate, "/home/alice/ml")
	wantProblem{fault.FileExists, "which Sunpyter has not made", "another folder"}.check(t, problemOf(t, err))
	if _, err = change(protocol.EnvironmentRemove, ""); err != nil || exists() {
		t.Errorf("it is not removed: %v", err)
	}
	nothingLeft(t, site)
}
