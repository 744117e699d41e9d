//go:build linux

package environments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
)

// here runs commands on this machine with a home directory, as sshd does.
type here struct {
	home string
	env  []string
}

func (h here) command(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/bash", "-c", command)
	cmd.Env = append([]string{"SHELL=/bin/bash", "HOME=" + h.home, "USER=alice", "PATH=/usr/bin:/bin"}, h.env...)
	cmd.Dir = h.home
	return cmd
}

func (h here) Run(ctx context.Context, command string, _ []byte) (stdout, stderr []byte, exit int, err error) {
	cmd := h.command(ctx, command)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); ended {
		err = nil
	}
	return out.Bytes(), errs.Bytes(), cmd.ProcessState.ExitCode(), err
}

func (h here) Start(ctx context.Context, command string) (io.ReadWriteCloser, error) {
	cmd := h.command(context.WithoutCancel(ctx), command) // as sshd, which ends no command
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	return &running{Reader: out, WriteCloser: in, close: sync.OnceFunc(func() {
		_, _, _ = in.Close(), out.Close(), errs.Close()
		_ = cmd.Wait()
	})}, cmd.Start()
}

// running is a command. Closing it closes its pipes, as sshd does, and waits for its end.
type running struct {
	io.Reader
	io.WriteCloser
	close func()
}

func (r *running) Close() error {
	r.close()
	return nil
}

// write writes files below home; "X" as the content makes a program, "-> X" a link.
func write(t *testing.T, home string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(home, name)
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		switch target, link := strings.CutPrefix(content, "-> "); {
		case err != nil:
		case link:
			err = os.Symlink(target, file)
		case content == "X":
			err = os.WriteFile(file, []byte("#!/bin/sh\n"), 0o755)
		default:
			err = os.WriteFile(file, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// venv adds the files of a virtual environment to files.
func venv(files map[string]string, dir string, with ...string) {
	files[dir+"/pyvenv.cfg"] = "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n"
	files[dir+"/bin/python"] = "X"
	for _, pkg := range with {
		files[dir+"/lib/python3.11/site-packages/"+pkg+"/__init__.py"] = ""
	}
	if slices.Contains(with, "jupyter_server") {
		files[dir+"/bin/jupyter-server"] = "X"
	}
}

// condaEnv adds the files of a conda environment to files.
func condaEnv(files map[string]string, dir, version string, with ...string) {
	minor := version[:strings.LastIndexByte(version, '.')]
	files[dir+"/conda-meta/history"] = ""
	files[dir+"/conda-meta/python-"+version+"-h1_0_cpython.json"] = "{}"
	files[dir+"/conda-meta/python-dateutil-2.8-py_0.json"] = "{}"
	files[dir+"/bin/python"] = "X"
	for _, pkg := range with {
		files[dir+"/lib/python"+minor+"/site-packages/"+pkg+"/__init__.py"] = ""
	}
	if slices.Contains(with, "notebook") {
		files[dir+"/bin/jupyter-notebook"] = "X"
	}
}

// describe returns an environment as one line.
func describe(home string, e Environment) string {
	text := fmt.Sprintf("%s %s %s %s kernel=%s jupyter=%s", e.Kind, e.Name, strings.Replace(e.Path, home, "~", 1), e.PythonVersion+e.Language, e.Kernel, e.Jupyter)
	for _, more := range []string{e.Manager, e.Problem()} {
		if more != "" {
			text += " " + more
		}
	}
	return text
}

func search(t *testing.T, h here, o Options) (lines []string, complete bool) {
	t.Helper()
	found, err := Find(t.Context(), h, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found.Environments {
		lines = append(lines, describe(h.home, e))
	}
	slices.Sort(lines)
	return lines, found.Complete
}

// patient is a limit for machines that are busy: only tests of the limit itself have another.
const patient = 60e9

func TestFind(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		".conda/environments.txt": home + "/opt/conda\r\n\n/gone/env\n" + home + "/listed/env",
		".condarc":                "channels:\n  - defaults\nenvs_dirs:\n  - ~/dirs/one\n  - \"" + home + "/dirs/two words\"\n# end\nauto: false\n  - " + home + "/dirs/no\n",
	}
	condaEnv(files, "opt/conda", "3.12.1", "ipykernel", "notebook")
	condaEnv(files, "opt/conda/envs/ml", "3.10.4", "ipykernel")
	condaEnv(files, "listed/env", "3.9.7")
	condaEnv(files, "dirs/one/a", "3.9.7", "ipykernel")
	condaEnv(files, "dirs/two words/b", "3.9.7", "ipykernel")
	condaEnv(files, "dirs/no/far/too/deep", "3.9.7", "ipykernel")
	condaEnv(files, "micromamba/envs/mm", "3.13.0", "ipykernel")
	condaEnv(files, "work/px/.pixi/envs/default", "3.13.0", "ipykernel")
	condaEnv(files, "work/px/.pixi/envs/gpu", "3.13.0", "ipykernel")
	files["opt/conda/envs/r-only/conda-meta/history"] = ""
	venv(files, "v1", "ipykernel", "jupyter_server")
	venv(files, "a/b/v3", "ipykernel")
	venv(files, "a/b/c/v4", "ipykernel") // four levels deep
	venv(files, "project/.venv")
	venv(files, ".virtualenvs/wrapped", "ipykernel")
	venv(files, ".cache/pypoetry/virtualenvs/thesis-AbC_123x-py3.11", "ipykernel")
	venv(files, ".cache/other/v", "ipykernel")
	venv(files, "node_modules/v", "ipykernel")
	files["project/.venv/pyvenv.cfg"] = "home = /usr/bin\r\nimplementation = CPython\r\nuv = 0.5.1\r\nversion_info = 3.11.9.final.0\r\n"
	venv(files, "gone")
	files["gone/bin/python"] = "-> python3"
	files["gone/bin/python3"] = "-> /usr/bin/python3.4-gone"
	venv(files, "nothing", "ipykernel")
	delete(files, "nothing/bin/python")
	venv(files, "upgraded")
	files["upgraded/lib/python3.8/site-packages/ipykernel/__init__.py"] = ""
	files[".pyenv/versions/3.10.2/bin/python3"], files[".pyenv/versions/3.10.2/lib/python3.10/site-packages/x"] = "X", ""
	files[".local/share/jupyter/kernels/ir/kernel.json"] = "{\n \"argv\": [\"/bin/sh\", \"--slave\"],\n \"display_name\": \"R 4\", \"language\": \"R\"}"
	files[".local/share/jupyter/kernels/dead/kernel.json"] = `{"argv": ["/gone/python", "-m"], "display_name": "Dead", "language": "python"}`
	files[".local/share/jupyter/kernels/broken/kernel.json"] = `{"argv": `
	files["images/course.sif"] = "#!/usr/bin/env run-singularity\n\x00SIF_MAGIC\x0001\x0002"
	files["images/no image.sif"] = "text"
	// Names that no line could hold; those with line breaks and bytes that are no text cannot be named in a request.
	venv(files, "odd/it's \"$(touch pwned)\" ]x[ é", "ipykernel")
	venv(files, "odd/line\nbreak", "ipykernel")
	venv(files, "odd/bytes\xff", "ipykernel")
	write(t, home, files)

	got, complete := search(t, here{home: home}, Options{Limit: patient})
	want := []string{
		"conda a ~/dirs/one/a 3.9.7 kernel=yes jupyter=no",
		"conda b ~/dirs/two words/b 3.9.7 kernel=yes jupyter=no",
		"conda conda ~/opt/conda 3.12.1 kernel=yes jupyter=yes",
		"conda listed ~/listed/env 3.9.7 kernel=no jupyter=no",
		"conda ml ~/opt/conda/envs/ml 3.10.4 kernel=yes jupyter=no",
		"conda mm ~/micromamba/envs/mm 3.13.0 kernel=yes jupyter=no",
		"conda px ~/work/px/.pixi/envs/default 3.13.0 kernel=yes jupyter=no pixi",
		"conda px:gpu ~/work/px/.pixi/envs/gpu 3.13.0 kernel=yes jupyter=no pixi",
		"container course ~/images/course.sif  kernel=unknown jupyter=no",
		"container no image ~/images/no image.sif  kernel=no jupyter=no it is not an image of Apptainer or Singularity",
		"kernelspec Dead ~/.local/share/jupyter/kernels/dead python kernel=no jupyter=no its program /gone/python is gone",
		"kernelspec R 4 ~/.local/share/jupyter/kernels/ir R kernel=yes jupyter=no",
		"python 3.10.2 ~/.pyenv/versions/3.10.2 3.10 kernel=no jupyter=no pyenv",
		"venv gone ~/gone 3.11.2 kernel=no jupyter=no its Python /usr/bin/python3.4-gone is gone",
		"venv it's \"$(touch pwned)\" ]x[ é ~/odd/it's \"$(touch pwned)\" ]x[ é 3.11.2 kernel=yes jupyter=no",
		"venv nothing ~/nothing 3.11.2 kernel=no jupyter=no its Python " + home + "/nothing/bin/python is gone",
		"venv project ~/project/.venv 3.11.9 kernel=no jupyter=no uv",
		"venv thesis ~/.cache/pypoetry/virtualenvs/thesis-AbC_123x-py3.11 3.11.2 kernel=yes jupyter=no poetry",
		"venv upgraded ~/upgraded 3.11.2 kernel=no jupyter=no its ipykernel is for Python 3.8, and its Python is 3.11.2",
		"venv v1 ~/v1 3.11.2 kernel=yes jupyter=yes",
		"venv v3 ~/a/b/v3 3.11.2 kernel=yes jupyter=no",
		"venv wrapped ~/.virtualenvs/wrapped 3.11.2 kernel=yes jupyter=no",
	}
	if !complete || !slices.Equal(got, want) {
		t.Errorf("complete %v, got\n%s\nwant\n%s", complete, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if _, err := os.Stat(filepath.Join(home, "pwned")); err == nil {
		t.Error("a name was run")
	}

	t.Run("in other folders", func(t *testing.T) {
		got, _ := search(t, here{home: t.TempDir()}, Options{Limit: patient, Workdir: home + "/dirs/no", Project: home + "/a/b/c"})
		var names []string
		for _, line := range got {
			names = append(names, strings.Fields(line)[1])
		}
		if !slices.Equal(names, []string{"deep", "v4"}) {
			t.Errorf("found %q", got)
		}
	})
	t.Run("by path", func(t *testing.T) {
		got, complete := search(t, here{home: home}, Options{Limit: patient, Paths: []string{"~/v1", "~/opt/conda/envs/ml", "~/none", "~/.pyenv/versions/3.10.2"}})
		if !complete || len(got) != 3 || !strings.HasPrefix(got[0], "conda ml") || !strings.HasPrefix(got[1], "python 3.10.2") || !strings.HasPrefix(got[2], "venv v1") {
			t.Errorf("complete %v, found %q", complete, got)
		}
	})
}

// TestMissingImages: one that the compute nodes may have, although the login node has not, is left to the job.
// The tests in e2e have those that the user has no permission to read.
func TestMissingImages(t *testing.T) {
	home := t.TempDir()
	write(t, home, map[string]string{"images/text.sif": "text", "work/x": ""})
	for path, want := range map[string]string{
		"~/images/none.sif":              "",
		"~/imges/none.sif":               "", // the nodes have the same home directory
		home + "/work/new/none.sif":      "", // and the same working directory
		"/usr/none.sif":                  "",
		"/none.sif":                      "",
		"~/images/":                      "",
		"~/images/text.sif/none":         "",
		"~/images/text.sif":              "it is not an image of Apptainer or Singularity",
		"/nowhere/images/course.sif":     "elsewhere",
		"/nowhere/images/course/":        "elsewhere",
		"/usr/nowhere/course.sif":        "elsewhere",
		"/var/tmp/none-of-sunpyter.sif":  "elsewhere", // each node has its own
		"/dev/shm/none-of-sunpyter/it's": "elsewhere",
	} {
		found, err := Find(t.Context(), here{home: home}, Options{Limit: patient, Paths: []string{path}, Images: true, Workdir: home + "/work"})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, e := range found.Environments {
			if got = e.Problem(); e.Elsewhere {
				got += "elsewhere"
			}
			if e.Kind != Container || e.Elsewhere && e.Path != strings.TrimSuffix(path, "/") {
				t.Errorf("%s: %+v", path, e)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestFindModules: what the module command lists in its terse form, with the folders of the
// modules' files between, and the folder of a module's Python where its file has it.
func TestFindModules(t *testing.T) {
	home := t.TempDir()
	files := map[string]string{
		"init/bash": `module() { [ "$1 $2" = "-t avail" ] || return 1; echo asked >>"$HOME/calls"
printf '%s\n' "$HOME/mf:" anaconda/2021.05 'python/3.11(default)' python-dateutil/2 biopython/1.8 gcc/12 'lang/Python/3.9.5 <D>' JupyterLab/ JupyterLab/4 bare/3 python/3.12 >&2; }` + "\n",
		"mf/anaconda/2021.05.lua": `prepend_path("PATH", "` + home + `/apps/ana/bin")` + "\n",
	}
	condaEnv(files, "apps/ana", "3.8.8", "ipykernel", "notebook")
	files["mf/python/3.12"] = "prepend-path PATH " + home + "/apps/bare/bin\n"
	condaEnv(files, "apps/bare", "3.12.1")
	write(t, home, files)
	h := here{home: home, env: []string{"MODULESHOME=" + home}}
	got, complete := search(t, h, Options{Limit: patient, Modules: true})
	want := []string{
		"module JupyterLab/4   kernel=unknown jupyter=unknown",
		"module anaconda/2021.05 ~/apps/ana 3.8.8 kernel=yes jupyter=yes",
		"module lang/Python/3.9.5   kernel=unknown jupyter=unknown",
		"module python/3.11   kernel=unknown jupyter=unknown",
		"module python/3.12 ~/apps/bare 3.12.1 kernel=unknown jupyter=unknown",
	}
	got = slices.DeleteFunc(got, func(line string) bool { return strings.HasPrefix(line, "conda ") }) // found as such, too
	if !complete || !slices.Equal(got, want) {
		t.Errorf("complete %v, got\n%s\nwant\n%s", complete, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if calls, err := os.ReadFile(filepath.Join(home, "calls")); string(calls) != "asked\n" {
		t.Errorf("calls of module: %q, %v", calls, err)
	}
	if got, _ := search(t, h, Options{Limit: patient}); slices.Contains(got, want[0]) {
		t.Errorf("modules are found without a question: %q", got)
	}
}

// TestFindOnlyModules: the module command alone, with the lowest priority, and nothing of it is left.
func TestFindOnlyModules(t *testing.T) {
	home := t.TempDir()
	files := map[string]string{"init/bash": "module() { ps -o ni= -p \"$BASHPID\" >\"$HOME/nice\"; echo python/3.11 >&2; }\n"}
	venv(files, "v1", "ipykernel")
	write(t, home, files)
	h := here{home: home, env: []string{"MODULESHOME=" + home}}
	found, err := Find(t.Context(), h, Options{OnlyModules: true})
	if err != nil || !found.AllModules || found.AllPlaces || len(found.Environments) != 1 || found.Environments[0].Name != "python/3.11" {
		t.Errorf("%+v, %v", found, err)
	}
	if nice, err := os.ReadFile(filepath.Join(home, "nice")); strings.TrimSpace(string(nice)) != "19" {
		t.Errorf("niceness %q, %v", nice, err)
	}
	if found, err := Find(t.Context(), h, Options{Limit: patient}); err != nil || !found.AllPlaces || found.AllModules || len(found.Environments) != 1 {
		t.Errorf("without modules: %+v, %v", found, err)
	}
}

// TestFindStopsAtTheLimit: a module command that hangs does not keep what was found, and it is
// ended with all that it has started.
func TestFindStopsAtTheLimit(t *testing.T) {
	home := t.TempDir()
	files := map[string]string{"init/bash": "module() { (echo $BASHPID >\"$HOME/hung\"; exec sleep 1000); }\n"}
	venv(files, "v1", "ipykernel")
	write(t, home, files)
	got, complete := search(t, here{home: home, env: []string{"MODULESHOME=" + home}}, Options{Limit: 3e9, Modules: true})
	if complete || len(got) != 1 || !strings.HasPrefix(got[0], "venv v1") {
		t.Errorf("complete %v, found %q", complete, got)
	}
	awaitEnd(t, filepath.Join(home, "hung"))
}

// TestAllModulesOfASlowSearch: what the module command has listed is known to be all, although the disk is
// slow, so that it can be remembered; and not known if the module command itself is slow.
func TestAllModulesOfASlowSearch(t *testing.T) {
	for name, row := range map[string]struct {
		files map[string]string
		all   bool
	}{
		"slow disk":      {map[string]string{"init/bash": "module() { echo python/3.11 >&2; }\n", ".bash_profile": "PATH=$HOME/bin:$PATH\n", "bin/find": "#!/bin/sh\nexec sleep 1000\n"}, true},
		"no module":      {map[string]string{"init/bash": "false\n"}, true},
		"slow module":    {map[string]string{"init/bash": "module() { echo python/3.11 >&2; sleep 1000; }\n"}, false},
		"slow init file": {map[string]string{"init/bash": "sleep 1000\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			write(t, home, row.files)
			_ = os.Chmod(filepath.Join(home, "bin/find"), 0o700)
			h := here{home: home, env: []string{"MODULESHOME=" + home}}
			found, err := Find(t.Context(), h, Options{Limit: 3e9, Modules: true})
			if err != nil || found.AllModules != row.all || found.Complete != (name == "no module") {
				t.Errorf("%+v, %v", found, err)
			}
		})
	}
}

// awaitEnd waits until the process whose number is in a file has ended.
func awaitEnd(t *testing.T, file string) {
	t.Helper()
	pid, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "process "+strings.TrimSpace(string(pid))+" still runs", func() bool {
		state, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/status")
		return err != nil || strings.Contains(string(state), "State:\tZ")
	})
}

// eventually waits until done returns true, with a limit for machines that are busy.
func eventually(t *testing.T, otherwise string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(otherwise)
		}
	}
}

// TestFindEndsWithoutItsShell: with a lost connection, only the shell that reads the search may end.
func TestFindEndsWithoutItsShell(t *testing.T) {
	home := t.TempDir()
	write(t, home, map[string]string{"init/bash": "module() { (echo $BASHPID >\"$HOME/hung.new\"; mv \"$HOME/hung.new\" \"$HOME/hung\"; exec sleep 1000); }\n"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error)
	go func() {
		_, err := Find(ctx, here{home: home, env: []string{"MODULESHOME=" + home}}, Options{Limit: 3e9, Modules: true})
		ended <- err
	}()
	eventually(t, "the module command is not run", func() bool {
		_, err := os.Stat(filepath.Join(home, "hung"))
		return err == nil
	})
	cancel() // kills the shell
	if err := <-ended; !fault.Is(err, fault.Cancelled) {
		t.Errorf("cancelled: %v", err)
	}
	awaitEnd(t, filepath.Join(home, "hung"))
}

// TestRecordsDoNotMix: a record of several lines would be written in several pieces.
func TestRecordsDoNotMix(t *testing.T) {
	home := t.TempDir()
	files := map[string]string{}
	for i := range 20 {
		files[fmt.Sprintf(".local/share/jupyter/kernels/k%d/kernel.json", i)] = "{\n \"argv\": [\"/bin/sh\"],\n \"display_name\": \"K\",\n \"env\": {" + strings.Repeat("\n", 500) + "}\n}\n"
	}
	write(t, home, files)
	script, err := Script(Options{Limit: patient})
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(script, "coproc SEARCH")
	if !ok {
		t.Fatal("the script has no coprocess")
	}
	cmd := exec.CommandContext(t.Context(), "/bin/bash", "-c", head+"\nset +m\nkernelspecs")
	cmd.Env = []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
	out, err := cmd.Output()
	if err != nil || bytes.Count(out, []byte{0}) != 20*fieldsOfRecord || bytes.ContainsRune(out, '\n') {
		t.Errorf("%q, %v", out, err)
	}
}

func TestFindWithoutAnAnswer(t *testing.T) {
	for name, output := range map[string]string{"nothing": "", "cut": "venv\x00\x00/a\x003.1\x00yes\x00no\x00\x00", "noise": strings.Repeat("x\x00", 20)} {
		if found, err := parse([]byte(output)); !fault.Is(err, fault.CommandFailed) {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if _, err := Find(t.Context(), here{}, Options{Workdir: "not/absolute"}); !fault.Is(err, fault.BadRequest) {
		t.Errorf("a path that is not absolute: %v", err)
	}
}
