//go:build linux

package environments

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
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
