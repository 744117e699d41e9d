package remote

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/pace"
)

// TestSessionDirWatcherEndsWithoutInput: a laptop that loses power closes no connection, so
// the watcher on the login node must end by itself, and remove a folder without a job.
func TestSessionDirWatcherEndsWithoutInput(t *testing.T) {
	for _, row := range []struct {
		name  string
		input []string // with time between them: a busy host reads a line in parts
		kept  bool
	}{{"before the job", nil, false}, {"heartbeats alone", []string{"\n", "\n"}, false}, {"with a job", []string{"submitted\n"}, true}, {"a word in parts", []string{"subm", "itted\n"}, true}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			cmd := exec.CommandContext(t.Context(), "bash", "-c", "id=kx workdir=$HOME grace=60 idle=0 generation=1 silence=2 create=1\n"+clusterScript+otherDirScript+dirScript)
			cmd.Env = append(os.Environ(), "HOME="+home)
			in, err := cmd.StdinPipe() // stays open
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			for _, part := range row.input {
				if _, err := in.Write([]byte(part)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(100 * time.Millisecond)
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			if took := time.Since(begun); took > pace.Limit(30*time.Second) {
				t.Errorf("it ended after %v", took)
			}
			_, err = os.Stat(filepath.Join(home, ".sunpyter/sessions/kx/ready"))
			if gone := errors.Is(err, fs.ErrNotExist); gone == row.kept {
				t.Errorf("the folder: %v", err)
			}
		})
	}
}

// TestSessionDirIsRemovedWithALostLink: the connection is lost before the folder is made, so
// the watcher cannot write its output.
func TestSessionDirIsRemovedWithALostLink(t *testing.T) {
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", "id=kx workdir=$HOME grace=60 idle=0 generation=1 silence=60 create=1\n"+clusterScript+otherDirScript+dirScript)
	cmd.Env = append(os.Environ(), "HOME="+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Run() // its status does not matter
	if _, err := os.Stat(filepath.Join(home, ".sunpyter")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: %v", err)
	}
}

// TestSessionDirMakesTheWorkdir: with the user's own permissions, and it says so; a folder that
// exists is left as it is.
func TestSessionDirMakesTheWorkdir(t *testing.T) {
	home := t.TempDir()
	run := func(workdir string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "bash", "-c", "umask 027; id=kx workdir=\""+workdir+"\" grace=60 idle=0 generation=1 silence=60 create=1 make_workdir=1\n"+
			clusterScript+otherDirScript+dirScript)
		cmd.Env = append(os.Environ(), "HOME="+home)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(out), "\n")
		return line
	}
	workdir := home + "/a b/c"
	if line := run(workdir); !strings.HasPrefix(line, "open ") || !strings.HasSuffix(line, " made") {
		t.Errorf("the first time: %q", line)
	}
	if info, err := os.Stat(workdir); err != nil || info.Mode().Perm() != 0o750 {
		t.Errorf("made %v, %v", info, err)
	}
	if line := run(workdir); !strings.HasPrefix(line, "open ") || strings.HasSuffix(line, " made") {
		t.Errorf("the second time: %q", line)
	}
	if err := os.WriteFile(home+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	verb, rest := Cut(run(home + "/file/x"))
	if err := Failure(rest); verb != "failed" || !strings.Contains(err.Error(), "/file/x: Not a directory") {
		t.Errorf("below a file: %s, %v", verb, err)
	}
}

// TestSessionDirChanges: what the site's own file grants replaces what the laptop asked for,
// also where the folder is on another disk than the home directory.
func TestSessionDirChanges(t *testing.T) {
	home, first, second := t.TempDir(), t.TempDir(), t.TempDir()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", "id=kx workdir="+first+" session_dir= grace=900 idle=0 generation=1 silence=60 create=1\n"+clusterScript+otherDirScript+dirScript)
	cmd.Env = append(os.Environ(), "HOME="+home)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	ctx, stop := context.WithCancel(t.Context())
	d := &Dir{Stream: &Stream{remote: pipes{out, in}, lines: make(chan string), ctx: ctx, stop: stop, ended: make(chan struct{})}, stopHeartbeat: func() {}}
	defer d.Close()
	go func() { defer close(d.ended); defer close(d.lines); d.scan(out) }()
	if line, ok, err := d.Next(t.Context()); err != nil || !ok || line != "open "+base64.StdEncoding.EncodeToString([]byte(first)) {
		t.Fatal(line, ok, err)
	}
	if err := d.Change(t.Context(), DirOptions{Workdir: second, Grace: time.Minute, Idle: time.Hour}); err != nil || d.Workdir != second {
		t.Fatal(err, d.Workdir)
	}
	folder := filepath.Join(home, ".sunpyter/sessions/kx")
	for name, want := range map[string]string{"about": "60 3600 " + base64.StdEncoding.EncodeToString([]byte(second)) + "\n", "lease": "60        \n"} {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	err = d.Change(t.Context(), DirOptions{Workdir: "/none such", Grace: time.Minute})
	if _, gone := os.Stat(folder); !fault.Is(err, fault.WorkdirMissing) || !errors.Is(gone, fs.ErrNotExist) {
		t.Errorf("%v; the folder: %v", err, gone)
	}
	if err := d.Change(t.Context(), DirOptions{Workdir: second}); !fault.Is(err, fault.LinkLost) {
		t.Errorf("after the end of the script: %v", err)
	}
}

// pipes are a script's output and its input.
type pipes struct {
	io.Reader
	io.WriteCloser
}
