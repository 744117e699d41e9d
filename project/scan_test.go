package project

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write writes files of a folder, by their names.
func write(t testing.TB, folder string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		file := filepath.Join(folder, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(file), 0o777))
		must(t, os.WriteFile(file, []byte(text), 0o644))
	}
}

// scanned returns the names that are copied, and those that are left out with their reasons.
func scanned(t testing.TB, folder string, limits Limits, include ...string) (names, left []string) {
	t.Helper()
	s, err := NewScan(t.Context(), folder, limits, include, nil)
	must(t, err)
	for _, f := range s.Files {
		names = append(names, f.Name)
	}
	for _, l := range s.LeftOut {
		left = append(left, l.Name+" "+l.Reason)
	}
	return names, left
}

func TestScanOfAFolder(t *testing.T) {
	folder, outside := t.TempDir(), t.TempDir()
	write(t, folder, map[string]string{
		"a.ipynb": "{}", "pkg/mod.py": "x = 1", ".env": "PASSWORD=x", "keys/id_rsa": "x", "keys/id_rsa.pub": "x", ".ssh/config": "x",
		"node_modules/x.js": "", ".venv/lib/x.py": "", "env2/pyvenv.cfg": "", "env2/lib/y.py": "", "pkg/__pycache__/mod.pyc": "",
		"big.bin": strings.Repeat("x", 100), ".sunpyter/project.json": "{}", "names/two words 'and' ü": "",
	})
	must(t, os.Symlink("pkg/mod.py", filepath.Join(folder, "inside")))
	must(t, os.Symlink("../"+filepath.Base(outside), filepath.Join(folder, "outside")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(folder, "absolute")))
	names, left := scanned(t, folder, Limits{1000, 50})
	if want := []string{"a.ipynb", "inside", "keys/id_rsa.pub", "names/two words 'and' ü", "pkg/mod.py"}; !slices.Equal(names, want) {
		t.Errorf("copied: %q", names)
	}
	if want := []string{".env secret", ".ssh/config secret", "absolute link", "big.bin too-large", "keys/id_rsa secret", "outside link"}; !slices.Equal(left, want) {
		t.Errorf("left out: %q", left)
	}
	names, _ = scanned(t, folder, Limits{1000, 50}, "big.bin", ".env")
	if !slices.Contains(names, "big.bin") || !slices.Contains(names, ".env") {
		t.Errorf("what the user asked for is left out: %q", names)
	}
	must(t, os.MkdirAll(filepath.Join(folder, "results/plots"), 0o777))
	must(t, os.MkdirAll(filepath.Join(folder, ".venv/empty"), 0o777))
	if s, err := NewScan(t.Context(), folder, DefaultLimits, nil, nil); err != nil || !slices.Equal(s.Folders, []string{"results/plots"}) {
		t.Errorf("empty folders: %q, %v", s.Folders, err)
	}
	if _, err := NewScan(t.Context(), folder, Limits{50, 50}, []string{"big.bin"}, nil); err != nil {
		t.Errorf("what the user asked for counts towards the limit: %v", err)
	}
	_, err := NewScan(t.Context(), folder, Limits{5, 50}, nil, nil)
	if !fault.Is(err, fault.ProjectTooLarge) {
		t.Errorf("a folder that is too large: %v", err)
	}
	_, err = NewScan(t.Context(), filepath.Join(folder, "none"), DefaultLimits, nil, nil)
	if !fault.Is(err, fault.LocalFile) || fault.As(err).Answer != "it does not exist" {
		t.Errorf("no folder: %v", err)
	}
}

// TestScanOfARepository: what git ignores stays here, also in a folder of the repository, and
// the repository's own settings run no program. If git refuses, nothing is copied.
func TestScanOfARepository(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git: ", err)
	}
	top := t.TempDir()
	ran := filepath.Join(t.TempDir(), "ran")
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", top}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	write(t, top, map[string]string{
		".gitignore": "*.log\n/data/\n", "tracked.py": "", "gone.py": "", "new.py": "", "x.log": "", "data/big": "", "sub/nb.ipynb": "{}", "sub/y.log": "",
		"hidden.txt": "", "forced.log": "",
	})
	git("init", "-q")
	write(t, top, map[string]string{".git/info/exclude": "hidden.txt\n"})
	git("add", "tracked.py", "gone.py", ".gitignore")
	git("add", "-f", "forced.log")
	git("config", "core.fsmonitor", "touch "+ran)
	must(t, os.Remove(filepath.Join(top, "gone.py")))
	names, _ := scanned(t, top, DefaultLimits)
	if want := []string{".gitignore", "forced.log", "new.py", "sub/nb.ipynb", "tracked.py"}; !slices.Equal(names, want) {
		t.Errorf("copied: %q", names)
	}
	names, _ = scanned(t, filepath.Join(top, "sub"), DefaultLimits)
	if want := []string{"nb.ipynb"}; !slices.Equal(names, want) {
		t.Errorf("of a subfolder: %q", names)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the repository was run")
	}
	write(t, top, map[string]string{".git/index": "broken"})
	_, err := NewScan(t.Context(), top, DefaultLimits, nil, nil)
	if !fault.Is(err, fault.LocalFile) || !strings.Contains(err.Error(), "index") || !strings.Contains(err.Error(), "git status") {
		t.Errorf("git refuses: %v", err)
	}
}

func TestIsSecret(t *testing.T) {
	for _, name := range []string{".env", "a/.env.local", "prod.env", "server.KEY", "id_ed25519", "x/credentials.json", ".aws/config", "token.txt"} {
		if !isSecret(name) {
			t.Errorf("%s is copied", name)
		}
	}
	for _, name := range []string{".env.example", "id_rsa.pub", "keys.py", "tokenizer.json", "environment.yml", "data.csv", "secret_santa.ipynb"} {
		if isSecret(name) {
			t.Errorf("%s is left out", name)
		}
	}
}

// TestTooManyToList: what is left out, and what is new there, is listed in one message.
func TestTooManyToList(t *testing.T) {
	s := &Scan{LeftOut: make([]LeftOut, maxFiles+1)}
	s.LeftOut[0].Name = "data/1.png"
	if err := s.check("looking", DefaultLimits); !fault.Is(err, fault.ProjectTooLarge) || !strings.Contains(err.Error(), "left out, data/1.png for example") {
		t.Errorf("left out: %v", err)
	}
	m := &mirror{folder: t.TempDir(), manifest: &manifest{}}
	info, err := os.Stat(m.folder)
	must(t, err)
	found := map[string]fs.FileInfo{}
	for i := range maxFiles + 1 {
		found[strconv.Itoa(i)] = info
	}
	if _, err := m.changed(t.Context(), found); !fault.Is(err, fault.ProjectTooLarge) || !strings.Contains(err.Error(), "20001 files are new there") {
		t.Errorf("new there: %v", err)
	}
}
