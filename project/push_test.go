//go:build unix

package project

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/sftptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// laptop is a folder of one computer, and the host of its mirror.
type laptop struct {
	t      testing.TB
	host   *sftptest.Host
	client *files.Client
	folder string
	state  string
}

func newLaptop(t testing.TB, host *sftptest.Host) *laptop {
	t.Helper()
	l := &laptop{t: t, host: host, folder: t.TempDir(), state: t.TempDir()}
	l.client = files.New(files.Options{Where: "Test", Log: zap.NewNop(), Connect: func(context.Context) (files.Host, func(), error) {
		return host, host.Release, nil
	}})
	t.Cleanup(l.client.Close)
	return l
}

// push pushes, with options that change may set.
func (l *laptop) push(change ...func(*Options)) (*Result, error) {
	l.t.Helper()
	source, err := NewSource(l.state, l.folder)
	must(l.t, err)
	o := Options{Remote: l.host.Path("work/mirror"), Source: source, LockDir: l.state}
	for _, c := range change {
		c(&o)
	}
	scan, err := NewScan(l.t.Context(), l.folder, DefaultLimits, nil, nil)
	must(l.t, err)
	return Push(l.t.Context(), l.client, scan, o)
}

func (l *laptop) mustPush(change ...func(*Options)) *Result {
	l.t.Helper()
	r, err := l.push(change...)
	must(l.t, err)
	return r
}

// mirror returns the contents of the mirror by their names.
func (l *laptop) mirror() map[string]string {
	l.t.Helper()
	return contents(l.t, l.host.Path("work/mirror"))
}

func contents(t testing.TB, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == ownFolder {
			return fs.SkipDir
		}
		name, _ := filepath.Rel(folder, file)
		switch {
		case entry.IsDir():
		case entry.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(file)
			must(t, err)
			all[name] = "-> " + link
		default:
			data, err := os.ReadFile(file)
			must(t, err)
			all[name] = string(data)
		}
		return nil
	}))
	return all
}

func (l *laptop) want(want map[string]string) {
	l.t.Helper()
	if d := difference(l.mirror(), want); d != "" {
		l.t.Errorf("the mirror is another: %s", d)
	}
}

// difference names the files that differ.
func difference(got, want map[string]string) (names string) {
	for name, text := range want {
		if other, ok := got[name]; !ok || other != text {
			names += fmt.Sprintf(" %q is %.20q of %d, want %.20q of %d", name, other, len(other), text, len(text))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			names += fmt.Sprintf(" %q is left", name)
		}
	}
	return names
}

func TestPush(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	texts := map[string]string{"a.ipynb": "{}", "pkg/deep/mod.py": "x = 1", "odd/two\nlines 'ü' \xff": "odd", "run.sh": "#!/bin/sh"}
	write(t, l.folder, texts)
	must(t, os.Chmod(filepath.Join(l.folder, "run.sh"), 0o755))
	must(t, os.Symlink("pkg/deep/mod.py", filepath.Join(l.folder, "link")))
	if r := l.mustPush(func(o *Options) { o.DryRun = true }); len(r.Sent) != 5 {
		t.Errorf("would send %q", r.Sent)
	}
	if _, err := os.Stat(l.host.Path("work")); err == nil {
		t.Fatal("a dry run made a folder")
	}
	if r := l.mustPush(); len(r.Sent) != 5 || r.SentBytes != 19 {
		t.Errorf("sent %q, %d bytes", r.Sent, r.SentBytes)
	}
	texts["link"] = "-> pkg/deep/mod.py"
	l.want(texts)
	if info, err := os.Stat(l.host.Path("work/mirror/run.sh")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("run.sh: %v, %v", info.Mode(), err)
	}
	if r := l.mustPush(); len(r.Sent) != 0 || r.Unchanged != 5 {
		t.Errorf("nothing has changed: %+v", r)
	}
	write(t, l.folder, map[string]string{"a.ipynb": "{ }"})
	must(t, os.RemoveAll(filepath.Join(l.folder, "pkg")))
	must(t, os.Remove(filepath.Join(l.folder, "link")))
	r := l.mustPush()
	if !slices.Equal(r.Sent, []string{"a.ipynb"}) || !slices.Equal(r.Removed, []string{"link", "pkg/deep/mod.py"}) {
		t.Errorf("%+v", r)
	}
	delete(texts, "pkg/deep/mod.py")
	delete(texts, "link")
	texts["a.ipynb"] = "{ }"
	l.want(texts)
	if _, err := os.Stat(l.host.Path("work/mirror/pkg")); err == nil {
		t.Error("the empty folder is still there")
	}
}

// TestPushOfSomeFiles: only they are looked at, and what git ignores stays here.
func TestPushOfSomeFiles(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	write(t, l.folder, map[string]string{"a": "1", "b": "1", "c": "1", ".gitignore": "ignored\n", "ignored": "1"})
	if out, err := exec.Command("git", "-C", l.folder, "init", "-q").CombinedOutput(); err != nil {
		t.Skipf("needs git: %v: %s", err, out)
	}
	l.mustPush()
	write(t, l.folder, map[string]string{"a": "22", "b": "22"})
	must(t, os.Remove(filepath.Join(l.folder, "c")))
	source, err := NewSource(l.state, l.folder)
	must(t, err)
	push := func(names ...string) *Result {
		t.Helper()
		scan, err := NewScan(t.Context(), l.folder, DefaultLimits, nil, names)
		must(t, err)
		r, err := Push(t.Context(), l.client, scan, Options{Remote: l.host.Path("work/mirror"), Source: source, LockDir: l.state})
		must(t, err)
		return r
	}
	if r := push("a", "ignored"); !slices.Equal(r.Sent, []string{"a"}) || len(r.Removed) > 0 {
		t.Errorf("%+v", r)
	}
	if r := push("c"); len(r.Sent) > 0 || !slices.Equal(r.Removed, []string{"c"}) {
		t.Errorf("%+v", r)
	}
	l.want(map[string]string{"a": "22", "b": "1", ".gitignore": "ignored\n"})
	for _, names := range [][]string{{"ignored"}, nil} {
		scan, err := NewScan(t.Context(), l.folder, DefaultLimits, []string{"ignored"}, names)
		must(t, err)
		if !slices.ContainsFunc(scan.Files, func(f Local) bool { return f.Name == "ignored" }) {
			t.Errorf("what the user asked for is left out of %v", names)
		}
	}
	if _, err := NewScan(t.Context(), l.folder, DefaultLimits, nil, []string{"../x"}); !fault.Is(err, fault.LocalFile) {
		t.Errorf("a file outside: %v", err)
	}
}

// TestNothingThatChangedThereIsOverwritten: changed, new and deleted files, and how conflicts
// are resolved.
func TestNothingThatChangedThereIsOverwritten(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	write(t, l.folder, map[string]string{"mine": "1", "theirs": "1", "gone": "1", "same": "1"})
	l.mustPush()
	there := l.host.Path("work/mirror")
	later := time.Now().Add(time.Hour)
	change := func(folder string, texts map[string]string) {
		write(t, folder, texts)
		for name := range texts {
			must(t, os.Chtimes(filepath.Join(folder, name), later, later))
		}
	}
	change(there, map[string]string{"mine": "there", "theirs": "there", "gone": "there", "same": "both", "new": "there"})
	write(t, l.folder, map[string]string{"mine": "here", "same": "both", "new": "here!", "other": "o"})
	must(t, os.Remove(filepath.Join(l.folder, "gone")))
	r := l.mustPush()
	want := []Conflict{{Name: "gone", Deleted: true}, {Name: "mine"}, {Name: "new"}, {Name: "theirs"}}
	if !slices.Equal(r.Conflicts, want) || !slices.Equal(r.Sent, []string{"other"}) {
		t.Errorf("%+v", r)
	}
	l.want(map[string]string{"mine": "there", "theirs": "there", "gone": "there", "same": "both", "new": "there", "other": "o"})
	r = l.mustPush()
	if len(r.Conflicts) != 4 || !r.Conflicts[0].Reported || !r.Conflicts[3].Reported {
		t.Errorf("they are not new any more: %+v", r.Conflicts)
	}
	for _, misspelt := range []func(*Options){func(o *Options) { o.Mine = []string{"mnie"} }, func(o *Options) { o.Theirs = []string{"theirs", "none"} }} {
		if _, err := l.push(misspelt); !fault.Is(err, fault.BadRequest) || !strings.Contains(err.Error(), "neither in this folder nor in its copy") {
			t.Errorf("a misspelt name: %v", err)
		}
	}
	r = l.mustPush(func(o *Options) { o.Mine, o.Theirs = []string{"mine", "gone"}, []string{"theirs", "new"} })
	if len(r.Conflicts) != 0 || !slices.Equal(r.Fetched, []string{"theirs", "new"}) && !slices.Equal(r.Fetched, []string{"new", "theirs"}) {
		t.Errorf("resolved: %+v", r)
	}
	both := map[string]string{"mine": "here", "theirs": "there", "same": "both", "new": "there", "other": "o"}
	l.want(both)
	if d := difference(contents(t, l.folder), both); d != "" {
		t.Errorf("here: %s", d)
	}
	if r := l.mustPush(); r.Unchanged != 5 || len(r.Sent)+len(r.Conflicts) > 0 {
		t.Errorf("afterwards: %+v", r)
	}
}

// TestFolderThatIsNotOurs: it is used after a yes only, and its files are kept then too.
func TestFolderThatIsNotOurs(t *testing.T) {
	host := sftptest.New(t)
	l := newLaptop(t, host)
	write(t, l.folder, map[string]string{"a": "here"})
	write(t, host.Path("work/mirror"), map[string]string{"a": "precious", "b": "b"})
	_, err := l.push()
	if !fault.Is(err, fault.ProjectNotOurs) {
		t.Fatalf("got %v", err)
	}
	if r := l.mustPush(func(o *Options) { o.Adopt = true }); !slices.Equal(r.Conflicts, []Conflict{{Name: "a"}}) {
		t.Errorf("%+v", r)
	}
	l.want(map[string]string{"a": "precious", "b": "b"})

	other := newLaptop(t, host)
	write(t, other.folder, map[string]string{"c": "c"})
	_, err = other.push()
	if !fault.Is(err, fault.ProjectNotOurs) || !strings.Contains(err.Error(), l.folder) {
		t.Errorf("another computer: %v", err)
	}
}

// TestTwoWindows: pushes at once of one folder.
func TestTwoWindows(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	want := map[string]string{}
	for i := range 50 {
		want[fmt.Sprintf("d%d/f%d", i%5, i)] = strings.Repeat("x", i*100)
	}
	write(t, l.folder, want)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if r, err := l.push(); err != nil || len(r.Conflicts) > 0 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	all.Wait()
	l.want(want)
}

// manyRounds returns how many rounds a test with random faults has, 1000 in make faults, and a source whose seed is
// logged.
func manyRounds(t *testing.T, few int) (rounds int, random *rand.Rand) {
	if os.Getenv("SUNPYTER_FAULTS") != "" {
		few = 1000
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return few, rand.New(rand.NewPCG(seed, 0))
}

// TestKilledPush kills the server, or cuts the connection to it, at random bytes: every file is the old one or the new one,
// and the next push completes the mirror, without a conflict.
func TestKilledPush(t *testing.T) {
	rounds, random := manyRounds(t, 15)
	host := sftptest.New(t)
	l := newLaptop(t, host)
	old, texts := map[string]string{}, map[string]string{}
	for round := range rounds {
		if random.IntN(4) > 0 || round == 0 { // else the same push goes on
			for range 1 + random.IntN(8) {
				name := fmt.Sprintf("d%d/f%d", random.IntN(3), random.IntN(8))
				texts[name] = fmt.Sprintf("%d %s", round, strings.Repeat("x", random.IntN(60_000)))
			}
			write(t, l.folder, texts)
		}
		host.Cut.Store(random.IntN(2) > 0)
		host.KillAt.Store(1 + random.Int64N(300_000))
		_, err := l.push()
		host.KillAt.Store(0)
		if err != nil {
			if !fault.Is(err, fault.LinkLost) || !strings.Contains(err.Error(), "copy the folder again") {
				t.Fatalf("round %d: %v", round, err)
			}
			host.Wait()
		}
		if _, err := os.Stat(host.Path("work/mirror")); err == nil {
			for name, text := range l.mirror() {
				if text != texts[name] && text != old[name] && !isEarlier(text, round) {
					t.Fatalf("round %d: %s is neither the old file nor the new one: %.40q of %d", round, name, text, len(text))
				}
			}
		}
		if random.IntN(2) > 0 {
			continue
		}
		r, err := l.push()
		if err != nil || len(r.Conflicts) > 0 {
			t.Fatalf("round %d: %+v, %v", round, r, err)
		}
		l.want(texts)
		left, err := os.ReadDir(host.Path("work/mirror/" + ownFolder))
		if err != nil || len(left) != 1 {
			t.Fatalf("round %d: %v, %v", round, left, err)
		}
		for name, text := range texts {
			old[name] = text
		}
	}
}

// TestKilledPushOfFoldersAndFiles: files, links and folders, also empty ones, take each other's names, and the server is
// killed at random bytes: the next push completes the mirror, without a conflict.
func TestKilledPushOfFoldersAndFiles(t *testing.T) {
	rounds, random := manyRounds(t, 40)
	host := sftptest.New(t)
	l := newLaptop(t, host)
	change := func(round int) {
		name := fmt.Sprintf("%d", random.IntN(3))
		for range random.IntN(3) {
			if info, err := os.Lstat(filepath.Join(l.folder, name)); err == nil && !info.IsDir() {
				must(t, os.Remove(filepath.Join(l.folder, name)))
			}
			name += fmt.Sprintf("/%d", random.IntN(3))
		}
		must(t, os.RemoveAll(filepath.Join(l.folder, name)))
		switch random.IntN(6) {
		case 0:
		case 1:
			must(t, os.MkdirAll(filepath.Dir(filepath.Join(l.folder, name)), 0o777))
			must(t, os.Symlink("0", filepath.Join(l.folder, name)))
		default:
			write(t, l.folder, map[string]string{name: fmt.Sprintf("%d %s", round, strings.Repeat("x", random.IntN(30_000)))})
		}
	}
	for round := range rounds {
		for range 1 + random.IntN(5) {
			change(round)
		}
		host.Cut.Store(random.IntN(2) > 0)
		host.KillAt.Store(1 + random.Int64N(60_000))
		_, err := l.push()
		host.KillAt.Store(0)
		if err != nil {
			if !fault.Is(err, fault.LinkLost) {
				t.Fatalf("round %d: %v", round, err)
			}
			host.Wait()
		}
		if random.IntN(2) > 0 {
			continue
		}
		if r, err := l.push(); err != nil || len(r.Conflicts) > 0 {
			t.Fatalf("round %d: %+v, %v", round, r, err)
		}
		if d := difference(l.mirror(), contents(t, l.folder)); d != "" {
			t.Fatalf("round %d: %s", round, d)
		}
	}
}

// isEarlier reports whether a text is a whole one of an earlier round.
func isEarlier(text string, round int) bool {
	var of int
	n, _ := fmt.Sscanf(text, "%d ", &of)
	return n == 1 && of < round && strings.Trim(text[strings.Index(text, " ")+1:], "x") == ""
}

// TestEmptyFolders: cells may write into them.
func TestEmptyFolders(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	must(t, os.MkdirAll(filepath.Join(l.folder, "results/plots"), 0o777))
	wantFolder := func() {
		t.Helper()
		if info, err := os.Stat(l.host.Path("work/mirror/results/plots")); err != nil || !info.IsDir() {
			t.Errorf("the empty folder: %v, %v", info, err)
		}
	}
	l.mustPush()
	wantFolder()
	must(t, os.RemoveAll(l.host.Path("work/mirror/results")))
	l.mustPush()
	wantFolder()
	write(t, l.folder, map[string]string{"results/plots/a": "a", "results/b": "b"})
	l.mustPush()
	l.want(map[string]string{"results/plots/a": "a", "results/b": "b"})
	must(t, os.Remove(filepath.Join(l.folder, "results/plots/a")))
	l.mustPush()
	wantFolder()
}

// TestFilesBecomeFolders: a file or link that is a folder now, and a folder that is a file or link now, also after an
// interruption. What others have in the folder stays.
func TestFilesBecomeFolders(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	there := l.host.Path("work/mirror")
	write(t, l.folder, map[string]string{"file": "1", "folder/deep/a": "1", "shared/a": "1", "linked/a": "1", "real/x": "real", "moved/a": "1"})
	must(t, os.Symlink("real", filepath.Join(l.folder, "link")))
	l.mustPush()
	write(t, there, map[string]string{"shared/result": "of a job"})
	for _, name := range []string{"file", "folder", "shared", "linked", "link"} {
		must(t, os.RemoveAll(filepath.Join(l.folder, name)))
	}
	must(t, os.Rename(filepath.Join(l.folder, "moved"), filepath.Join(l.folder, "real/moved")))
	must(t, os.Symlink("real/moved", filepath.Join(l.folder, "moved")))
	must(t, os.Symlink("real", filepath.Join(l.folder, "linked")))
	write(t, l.folder, map[string]string{"file/a": "2", "folder": "2", "shared": "2", "link/x": "not real"})
	must(t, os.MkdirAll(filepath.Join(l.folder, "link/moved"), 0o777))
	want := map[string]string{"file/a": "2", "folder": "2", "shared/result": "of a job", "linked": "-> real", "real/x": "real", "link/x": "not real",
		"real/moved/a": "1", "moved": "-> real/moved"}

	dry := l.mustPush(func(o *Options) { o.DryRun = true })
	r := l.mustPush()
	if !slices.Equal(r.Conflicts, []Conflict{{Name: "shared"}}) || len(dry.Sent) != 7 || !slices.Equal(dry.Removed, r.Removed) {
		t.Errorf("%+v, a dry run: %+v", r, dry)
	}
	l.want(want)
	if info, err := os.Stat(filepath.Join(there, "link/moved")); err != nil || !info.IsDir() {
		t.Errorf("an empty folder in what was a link: %v", err)
	}
	if r := l.mustPush(); len(r.Sent)+len(r.Removed) > 0 || len(r.Conflicts) != 1 || !r.Conflicts[0].Reported {
		t.Errorf("afterwards: %+v", r)
	}
	if _, err := l.push(func(o *Options) { o.Mine = []string{"shared"} }); err == nil || !strings.Contains(err.Error(), "Rename or delete it") {
		t.Errorf("a folder with other files is kept: %v", err)
	}

	must(t, os.Remove(filepath.Join(l.folder, "folder")))
	write(t, l.folder, map[string]string{"folder/a": "3"})
	source, err := NewSource(l.state, l.folder)
	must(t, err)
	scan, err := NewScan(t.Context(), l.folder, DefaultLimits, nil, []string{"folder/a"})
	must(t, err)
	r, err = Push(t.Context(), l.client, scan, Options{Remote: there, Source: source, LockDir: l.state})
	if err != nil || !slices.Equal(r.Removed, []string{"folder"}) || l.mirror()["folder/a"] != "3" {
		t.Errorf("of only the new file: %+v, %v", r, err)
	}

	must(t, os.Remove(filepath.Join(l.folder, "file/a")))
	must(t, os.Remove(filepath.Join(l.folder, "file")))
	write(t, l.folder, map[string]string{"file": "4"})
	l.mustPush()
	must(t, os.Remove(filepath.Join(l.folder, "file")))
	write(t, l.folder, map[string]string{"file/b": "5"})
	must(t, os.Remove(filepath.Join(there, "file"))) // as an interrupted push leaves it
	must(t, os.Mkdir(filepath.Join(there, "file"), 0o777))
	r = l.mustPush()
	if !slices.Equal(r.Sent, []string{"file/b"}) || len(r.Conflicts) != 1 {
		t.Errorf("after an interruption: %+v", r)
	}
	write(t, there, map[string]string{"new": "of a job"})
	write(t, l.folder, map[string]string{"new/a": "4", "z": "5"})
	if _, err := l.push(); !fault.Is(err, fault.FileNotDirectory) || !strings.Contains(err.Error(), "copying new and 1 more to "+there+": a file") {
		t.Errorf("a file of a job has the place of a folder: %v", err)
	}
	if text := l.mirror(); text["z"] != "5" || text["new"] != "of a job" {
		t.Errorf("after that error: %q", text)
	}
}
