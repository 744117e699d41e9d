//go:build unix

package e2e

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/protocol"
	"github.com/sa2c/sunpyter/testcluster"
)

// noise is what a startup file prints, in words that sh, csh and fish share:
// greetings, what looks like our own scripts' answers, and an end without a line
// break.
const noise = `echo "Welcome to the cluster; quota 95% used"
echo "open L2hvbWUvYm9i"
echo "sbatch 0 4"
echo "4711"
/bin/sh -c 'echo "stty: standard input: Inappropriate ioctl for device" >&2'
/usr/bin/printf 'no end of line'
`

// startupFiles are the files in the home directory that each login shell reads.
var startupFiles = map[string][]string{
	"bash": {".bash_profile", ".bashrc"},
	"zsh":  {".zshenv", ".zprofile", ".zshrc", ".zlogin"},
	"tcsh": {".tcshrc", ".login"},
	"fish": {".config/fish/config.fish"},
}

// TestLoginShells: each shell, with noisy startup files, on a site where only
// login shells find Slurm and the module command.
func TestLoginShells(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{OptSlurm: true, Modules: true})
	// A batch script runs in bash, whatever the login shell: its settings are the job's.
	writeStartupFile(t, site, ".bash_profile", noise+"set -u -o noclobber\nIFS=,\nshopt -s expand_aliases\nalias rm='rm -i' cp='cp -i'\n")
	for _, shell := range []string{"bash", "zsh", "tcsh", "fish"} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip(err)
			}
			must(t, site.SetShell("alice", shell))
			for _, file := range startupFiles[shell] {
				if file != ".bash_profile" {
					writeStartupFile(t, site, file, noise)
				}
			}
			w := openWindow(t, site)
			ready := w.start(protocol.KernelRequest{
				WorkingDirectory: "/cdt_storage/$USER", Environment: &protocol.Environment{Modules: []string{"anaconda/2021.05"}},
			})
			out := execute(t, ready, "import os, shutil, socket\nprint(socket.gethostname(), os.getcwd(), os.environ['LOADEDMODULES'], shutil.which('python'))")
			want := ready.Session.Node + " /cdt_storage/alice anaconda/2021.05 /opt/modules/anaconda/2021.05/bin/python"
			if strings.TrimSpace(out) != want {
				t.Errorf("the kernel printed %q, want %q", out, want)
			}
			w.stopAll()
			nothingLeft(t, site)
		})
	}
}

// TestLoginShellThatEnds: a startup file that replaces or ends the shell is named
// as the cause, and no job is made.
func TestLoginShellThatEnds(t *testing.T) {
	t.Parallel()
	site := testcluster.Start(t, testcluster.Options{})
	writeStartupFile(t, site, ".bash_profile", "echo 'Your password expires today'\nexit 1\n")
	w := openWindow(t, site)
	wantProblem{"ssh.command-failed", "Your password expires today", "startup file"}.check(t, w.failStart("alice@login", protocol.KernelRequest{}))
	writeStartupFile(t, site, ".bash_profile", "")
	w.checkStillWorks()
}

// writeStartupFile writes a file in alice's home.
func writeStartupFile(t *testing.T, site *testcluster.Site, file, content string) {
	t.Helper()
	cmd, err := site.Command(t.Context(), "login", "alice", "sh", "-ec", fmt.Sprintf(`mkdir -p "$(dirname %[1]s)"; cat >%[1]s`, file))
	must(t, err)
	cmd.Stdin = strings.NewReader(content)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", file, err, out)
	}
}
