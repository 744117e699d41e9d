package remote

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
