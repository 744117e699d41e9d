//go:build linux

package environments

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/internal/testprogram"
)

// withPython returns a host whose python3 is a script that makes "virtual environments" in $3. Their
// Python, which is only asked for pip, is another one.
func withPython(t *testing.T, makes, pip string) here {
	t.Helper()
	home := t.TempDir()
	write(t, home, map[string]string{
		".bash_profile": "PATH=$HOME/own:$PATH\n",
		"own/python3":   "#!/bin/bash\n" + makes + "\nmkdir \"$3/bin\" && cp \"$HOME/pip\" \"$3/bin/python\"\n",
		"pip":           "#!/bin/bash\n" + pip + "\n",
	})
	for _, name := range []string{"own/python3", "pip"} {
		if err := os.Chmod(filepath.Join(home, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return here{home: home}
}

// TestCancelRemovesHalfAnEnvironment: also if that takes longer than the end of what made it.
func TestCancelRemovesHalfAnEnvironment(t *testing.T) {
	h := withPython(t, `for i in {1..3000}; do : >"$3/file$i"; done`, `echo $$ >"$HOME/hung"; echo Collecting; exec sleep 1000`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	made := filepath.Join(h.home, "made")
	err := Change(ctx, h, Create, made, func(step string) {
		if step == "Collecting" {
			cancel()
		}
	})
	if !fault.Is(err, fault.Cancelled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := os.Stat(made); !os.IsNotExist(err) {
		t.Errorf("half an environment is left: %v", err)
	}
	awaitEnd(t, filepath.Join(h.home, "hung"))
}

// TestFailuresOfCreate: each has the command's own words, and nothing is left.
func TestFailuresOfCreate(t *testing.T) {
	const works = ":"
	long := `printf '%0100000d\n' 0; ` // in one line
	for name, row := range map[string]struct {
		makes, pip, folder string
		code               fault.Code
		words              string
	}{
		"below a file":     {works, works, "pip/made", fault.EnvironmentChange, "Not a directory"},
		"no space to make": {`echo "Error: [Errno 122] Disk quota exceeded"; exit 1`, works, "made", fault.FileNoSpace, "quota"},
		"no space for pip": {works, `echo "OSError: No space left on device"; exit 1`, "made", fault.FileNoSpace, "No space"},
		"no ensurepip":     {`echo "ensurepip is not available"; exit 1`, works, "made", fault.EnvironmentChange, "ensurepip"},
		"a long line":      {works, long + `echo "no luck"; exit 1`, "made", fault.EnvironmentChange, "no luck"},
	} {
		t.Run(name, func(t *testing.T) {
			h := withPython(t, row.makes, row.pip)
			made := filepath.Join(h.home, row.folder)
			err := Change(t.Context(), h, Create, made, func(string) {})
			if !fault.Is(err, row.code) || !strings.Contains(fault.As(err).Answer, row.words) {
				t.Errorf("%v", err)
			}
			if _, err := os.Stat(made); err == nil {
				t.Error("something is left")
			}
		})
	}
}

// TestHomeWithoutLocks: where no file can be locked, or that hangs, as on NFS without its lock daemon, the environment is
// made without a lock, and the user is asked not to change it twice at once.
func TestHomeWithoutLocks(t *testing.T) {
	for name, flock := range map[string]string{
		"no locks": "echo 'flock: 10: No locks available' >&2; exit 71", "hangs": "trap '' TERM; exec sleep 1000", "no flock": "exit 127",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := withPython(t, ":", ":")
			testprogram.Write(t, filepath.Join(h.home, "own/flock"), "#!/bin/bash\n"+flock+"\n")
			made, warned := filepath.Join(h.home, "made"), false
			err := Change(t.Context(), h, Create, made, func(step string) { warned = warned || strings.Contains(step, "in another window") })
			if err != nil || !warned {
				t.Errorf("warned: %t, %v", warned, err)
			}
			if _, err := os.Stat(filepath.Join(made, "bin/python")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestCreateAgain: the commands say that what was made before is removed.
func TestCreateAgain(t *testing.T) {
	h := withPython(t, ":", ":")
	made := filepath.Join(h.home, "made")
	for _, again := range []bool{false, true} {
		found, err := Resolve(t.Context(), h, made)
		commands := Commands(Create, found)
		if err != nil || found.Path != made || (commands[0] == "rm -r "+made) != again || commands[len(commands)-2] != "python3 -m venv "+made {
			t.Errorf("%+v, %v: %q", found, err, commands)
		}
		if err := Change(t.Context(), h, Create, made, func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLinkToAnEnvironment: on another disk, for example. The environment is replaced and removed, not the link; a
// link that leads nowhere stays.
func TestLinkToAnEnvironment(t *testing.T) {
	h := withPython(t, ":", ":")
	made, link := filepath.Join(h.home, "made"), filepath.Join(h.home, "link")
	if err := os.Symlink(made, link); err != nil {
		t.Fatal(err)
	}
	change := func(action Action) error {
		t.Helper()
		found, err := Resolve(t.Context(), h, link+"/")
		if err == nil {
			err = Change(t.Context(), h, action, found.Path, func(string) {})
		}
		if to, _ := os.Readlink(link); to != made {
			t.Errorf("%s: the link leads to %q", action, to)
		}
		return err
	}
	if err := change(Create); !fault.Is(err, fault.FileExists) {
		t.Errorf("a link that leads nowhere: %v", err)
	}
	if err := Change(t.Context(), h, Create, made, func(string) {}); err != nil {
		t.Fatal(err)
	}
	for _, action := range []Action{Create, Remove} {
		if err := change(action); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(made); !os.IsNotExist(err) {
		t.Errorf("the environment is left: %v", err)
	}
}

// TestTwoChangesAtOnce: the second is refused, and neither removes what the first makes. A home
// directory in which nothing can be locked is no obstacle.
func TestTwoChangesAtOnce(t *testing.T) {
	h := withPython(t, ":", `echo $$ >"$HOME/hung"; echo Collecting; read -r _ <"$HOME/go"`)
	if err := syscall.Mkfifo(filepath.Join(h.home, "go"), 0o600); err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(h.home, "made")
	begun, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- Change(t.Context(), h, Create, made, func(step string) {
			if step == "Collecting" {
				close(begun)
			}
		})
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, action := range []Action{Create, Remove} {
		if err := Change(ctx, h, action, made, func(string) {}); !fault.Is(err, fault.EnvironmentChange) || !strings.Contains(fault.As(err).Answer, "another window") {
			t.Errorf("%s meanwhile: %v", action, err)
		}
	}
	if err := os.WriteFile(filepath.Join(h.home, "go"), []byte("on\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the first: %v", err)
	}
	if _, err := os.Stat(filepath.Join(made, "bin/python")); err != nil {
		t.Errorf("what the first made: %v", err)
	}
	if _, err := os.Stat(filepath.Join(h.home, ".sunpyter")); !os.IsNotExist(err) {
		t.Errorf("the lock is left: %v", err)
	}
	if err := os.WriteFile(filepath.Join(h.home, ".sunpyter"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Change(t.Context(), h, Remove, made, func(string) {}); err != nil {
		t.Errorf("without a place for locks: %v", err)
	}
}
