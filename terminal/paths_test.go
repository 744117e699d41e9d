package terminal

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestClusterIsNoPath: a cluster in the place of a path, as for scp, is a mistake, and no other cluster is looked at. A
// file of that name here, or a path that names it as one, is accepted.
func TestClusterIsNoPath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("icon@2x", 0o700); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]string{
		"alice@login":           "write sunpyter ls --cluster alice@login, or ./alice@login if",
		"alice@login:":          "write sunpyter ls --cluster alice@login,",
		"alice@login:my data/x": "write sunpyter ls 'my data/x' --cluster alice@login,",
		"sunbird:~/x":           "write sunpyter ls '~/x' --cluster sunbird,",
		"sunbird:/x":            "write sunpyter ls '/x' --cluster sunbird,",
		"icon@2x":               "", "./alice@login": "", "a/b@c": "", "~/b@c": "", "~alice@x": "", "C:/x": "", "12:30": "", "my x@y file": "", "": "",
	} {
		for _, command := range []string{"ls", "push", "pull"} {
			cmd, _, err := (&program{}).root().Find([]string{command})
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(want, " ls ", " "+command+" ", 1)
			if command == "push" {
				want = strings.Replace(want, "push '", "push --to '", 1)
			}
			if err := cmd.Args(cmd, []string{arg}); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s %s: %v, want %q", command, arg, err, want)
			}
		}
	}
	if _, errOut, code := runSunpyter("ls", "alice@login", "/scratch"); code != exitUsage || !strings.Contains(errOut, "--cluster alice@login") {
		t.Errorf("code %d: %s", code, errOut)
	}
	if _, errOut, code := runSunpyter("environments", "create", "--cluster", "alice@login"); code != exitUsage || !strings.Contains(errOut, "write the cluster without it") {
		t.Errorf("code %d: %s", code, errOut)
	}
}

// TestNamesIn: files may be named by their names in the folder or by paths; one that does not exist is a mistake.
func TestNamesIn(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	folder := filepath.Join(here, "my folder")
	if err := os.MkdirAll(filepath.Join(folder, "däta"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"outside", "my folder/.env", "my folder/däta/large"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for typed, want := range map[string]string{
		".env": ".env", "./.env": ".env", "däta": "däta", "däta/large": "däta/large", "my folder/.env": ".env", "line%0Abreak": "line%0Abreak",
		filepath.Join(folder, "däta", "large"): "däta/large", "nosuch": "", "outside": "", "../outside": "", "/nosuch": "",
	} {
		got, err := namesIn(folder, []string{typed})
		if want == "" && (err == nil || !strings.Contains(err.Error(), "there is no such file in "+folder)) || want != "" && (err != nil || !slices.Equal(got, []string{want})) {
			t.Errorf("%s: %q, %v", typed, got, err)
		}
	}
}

// TestPullOfWhatHasNoName: it would be written to the current folder or the one above, or to a folder called ~.
func TestPullOfWhatHasNoName(t *testing.T) {
	for _, name := range []string{"~", "~/", "/", "~/..", "/scratch/..", "~/x/../", "~/x/../.."} {
		if err := (&oneShot{}).pullNamed(t.Context(), pullOptions{}, name); err == nil || !strings.Contains(err.Error(), "no name that a copy could have") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDeletedCurrentFolder: the error says so.
func TestDeletedCurrentFolder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the folder in use cannot be deleted, or keeps its path")
	}
	gone := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(gone, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(gone)
	t.Setenv("PWD", "")
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	if err := (&oneShot{}).pull(t.Context(), pullOptions{}, nil); err == nil || !strings.Contains(err.Error(), "change to another folder") {
		t.Error(err)
	}
}
