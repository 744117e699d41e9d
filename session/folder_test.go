package session

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestWatcherEndsWhenNobodySpeaks: a laptop that lost its power closes nothing,
// so the watcher on the login node ends by itself, and a folder without a job goes.
func TestWatcherEndsWhenNobodySpeaks(t *testing.T) {
	for _, row := range []struct {
		name, said string
		kept       bool
	}{{"before the job", "", false}, {"with a job", "submitted\n", true}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			cmd := exec.CommandContext(t.Context(), "bash", "-c", "id=kx workdir=$HOME grace=60 idle=0 generation=1 silence=1 make=1\n"+folderScript)
			cmd.Env = append(os.Environ(), "HOME="+home)
			in, err := cmd.StdinPipe() // stays open
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			if _, err := in.Write([]byte(row.said)); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it ended after %v", took)
			}
			_, err = os.Stat(filepath.Join(home, ".sunpyter/sessions/kx/ready"))
			if gone := errors.Is(err, fs.ErrNotExist); gone == row.kept {
				t.Errorf("the folder: %v", err)
			}
		})
	}
}

// TestFolderGoesWithALinkThatBroke: whoever asked for it is gone before the folder
// is made, so what the watcher says of it goes nowhere.
func TestFolderGoesWithALinkThatBroke(t *testing.T) {
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", "id=kx workdir=$HOME grace=60 idle=0 generation=1 silence=60 make=1\n"+folderScript)
	cmd.Env = append(os.Environ(), "HOME="+home)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Run() // what it says of its own end is of no interest
	if _, err := os.Stat(filepath.Join(home, ".sunpyter")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: %v", err)
	}
}
