//go:build linux

package vscode

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/internal/pace"
	"github.com/sa2c/sunpyter/testcluster"
)

// patience bounds a file of tests; each wait in it has a deadline of its own.
// SUNPYTER_REPEAT repeats what repeat.long.test.ts measures.
func patience() time.Duration {
	repeats, _ := strconv.Atoi(os.Getenv("SUNPYTER_REPEAT"))
	return pace.Limit(10*time.Minute + time.Duration(repeats)*time.Minute)
}

// rig is what the tests need, as driver/rig.ts reads it.
type rig struct {
	// Node and CodeServer are the installed VS Code, Chromium is what shows it.
	Node, CodeServer, Chromium string
	// Extension and Jupyter are the folders of the unpacked extensions.
	Extension, Jupyter string
	// BuiltIn holds those of VS Code's own extensions that the tests need.
	BuiltIn string
	// Package is our .vsix, as users install it.
	Package string
	// JupyterVSIX is a package to install in place of Jupyter, if any.
	JupyterVSIX string
	// Screenshots is the folder for pictures of failures, and of each step if EachStep is set;
	// Pictures is the one for those of the README, if they are wanted.
	Screenshots, Pictures string
	EachStep              bool
	// Faults reports whether the long tests run.
	Faults bool
	// nodeCache is the folder in which all Nodes keep what they have compiled.
	nodeCache string

	// Scratch is the file's folder, Socket is where it asks for the site.
	Scratch, Socket string
	// SSHConfig and so on are the laptop's SSH set-up.
	SSHConfig, KnownHosts, KeyFile, LoginAddress string
}

// newRig finds what is installed and builds the rest, once for all files.
func newRig(t *testing.T) rig {
	t.Helper()
	r := rig{JupyterVSIX: os.Getenv("SUNPYTER_JUPYTER_VSIX"), Faults: os.Getenv("SUNPYTER_FAULTS") == "1"}
	if err := r.find(); err != nil {
		if os.Getenv("SUNPYTER_REQUIRE_SITE") == "1" {
			t.Fatal(err)
		}
		t.Skipf("no VS Code, or no site: %v (set SUNPYTER_REQUIRE_SITE=1 to fail instead)", err)
	}
	r.Screenshots, r.EachStep = folder(t, "SUNPYTER_SCREENSHOTS"), os.Getenv("SUNPYTER_SCREENSHOTS") != ""
	if os.Getenv("SUNPYTER_PICTURES") != "" {
		r.Pictures = folder(t, "SUNPYTER_PICTURES")
	}
	begun := time.Now()
	r.build(t)
	r.nodeCache = t.TempDir()
	t.Logf("built in %.1f s", time.Since(begun).Seconds())
	return r
}

// find finds what scripts/setup-vscode.sh and setup.sh have installed.
func (r *rig) find() error {
	if err := testcluster.CheckSupport(testcluster.Options{Modules: true}); err != nil {
		return err
	}
	out, err := exec.Command("../../scripts/setup-vscode.sh", "where").Output()
	if err != nil {
		return fmt.Errorf("scripts/setup-vscode.sh: %w", err)
	}
	installed := strings.TrimSpace(string(out))
	r.Node, r.CodeServer = filepath.Join(installed, "node"), filepath.Join(installed, "code-server.js")
	if _, err := os.Stat(r.CodeServer); err != nil {
		return errors.New("not installed (run scripts/setup-vscode.sh)")
	}
	if _, err := os.Stat("../../node_modules/playwright-core"); err != nil {
		return errors.New("playwright-core is not installed (run npm ci)")
	}
	r.Chromium, err = chromium()
	return err
}

// chromium returns the path of the one without an interface, whose windows take a third less processor
// time, or of the usual one: Debian 11 has only that.
func chromium() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("chromium is not installed (run scripts/setup.sh vscode)")
}

// build makes our package, unpacks it as it is when installed, with a program that
// looks for data races, and makes the Jupyter extension.
func (r *rig) build(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	r.Extension, r.Jupyter = filepath.Join(dir, "sunpyter"), filepath.Join(dir, "jupyter")
	platform := map[string]string{"amd64": "linux-x64", "arm64": "linux-arm64"}[runtime.GOARCH]
	command(t, "../../editor-extension", "node", "package.mjs", platform, "--out", dir)
	r.Package = filepath.Join(dir, "sunpyter-"+platform+".vsix")
	unpack(t, r.Package, r.Extension)
	command(t, ".", "go", "build", "-race", "-o", filepath.Join(r.Extension, "bin/sunpyter"), "github.com/sa2c/sunpyter/cmd/sunpyter")
	command(t, ".", "node", "build.mjs", r.Jupyter)
	r.BuiltIn = filepath.Join(dir, "built-in")
	r.copyBuiltIn(t)
}

// builtIn are those of VS Code's own extensions that the tests need: to start the other 90 takes a
// quarter of a window's processor time. The package's own test has them all, as users do.
var builtIn = []string{"ipynb", "json", "log", "notebook-renderers", "python", "theme-defaults"}

func (r *rig) copyBuiltIn(t *testing.T) {
	t.Helper()
	entry, err := filepath.EvalSymlinks(r.CodeServer) // out/node/entry.js
	if err != nil {
		t.Fatal(err)
	}
	all := filepath.Join(filepath.Dir(entry), "../../lib/vscode/extensions")
	for _, name := range builtIn {
		if err := os.CopyFS(filepath.Join(r.BuiltIn, name), os.DirFS(filepath.Join(all, name))); err != nil {
			t.Fatal(err)
		}
	}
}

// unpack makes an installed extension's folder from its package.
func unpack(t *testing.T, file, dir string) {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	extension, err := fs.Sub(archive, "extension")
	if err == nil {
		err = os.CopyFS(dir, extension)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func command(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// folder returns the one that an environment variable names, or a temporary one.
func folder(t *testing.T, variable string) string {
	t.Helper()
	dir := os.Getenv(variable)
	if dir == "" {
		return t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// scratch returns a folder for all that a file of tests and its VS Code write. Its
// path is short, since they put unix sockets deep into it.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "vs-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// run runs one file of tests. Its processes are in a namespace of their own, and
// the kernel ends them all with the first, which ends with this process.
func (r rig) run(t *testing.T, file string, site *testcluster.Site) {
	t.Helper()
	r.Scratch = scratch(t)
	r.Socket = serveSite(t, site)
	r.SSHConfig, r.KnownHosts, r.KeyFile, r.LoginAddress = site.SSHConfig(), site.KnownHosts(), site.KeyFile(), site.LoginAddr()
	settings, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience())
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
		r.Node, "--test-reporter=spec", file)
	cmd.Env = append(os.Environ(), "SUNPYTER_RIG="+string(settings), "TMPDIR="+r.Scratch, "HOME="+r.Scratch, "FORCE_COLOR=0", "NODE_NO_WARNINGS=1",
		"NODE_COMPILE_CACHE="+r.nodeCache, fmt.Sprint("SUNPYTER_PACE=", max(pace.Factor(), pace.Now())),
		"GORACE=atexit_sleep_ms=0") // else each process of a race build sleeps for a second at its end
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	runtime.LockOSThread() // Pdeathsig is about the thread
	defer runtime.UnlockOSThread()
	begun := time.Now()
	err = cmd.Run()
	t.Logf("took %.1f s", time.Since(begun).Seconds())
	if err != nil {
		t.Errorf("%s: %v", file, err)
	}
}
