//go:build unix

package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/files"
	"github.com/sa2c/sunpyter/internal/sftptest"
)

// changes lists what was made in the mirror.
func (l *laptop) changes(change ...func(*Options)) ([]Change, error) {
	l.t.Helper()
	source, err := NewSource(l.state, l.folder)
	must(l.t, err)
	o := Options{Remote: l.host.Path("work/mirror"), Source: source}
	for _, c := range change {
		c(&o)
	}
	return Changes(l.t.Context(), l.client, l.folder, o)
}

// TestChanges: what jobs made in the mirror is listed, the newest first, until it is here.
func TestChanges(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	if _, err := l.changes(); !fault.Is(err, fault.FileNotFound) {
		t.Errorf("there is no mirror: %v", err)
	}
	write(t, l.folder, map[string]string{"a.py": "1", "kept.py": "1"})
	l.mustPush()
	there := l.host.Path("work/mirror")
	write(t, there, map[string]string{
		"a.py": "changed", "results/fig.png": "new", "results/old.txt": "older", "both": "theirs",
		"__pycache__/a.pyc": "x", "env/pyvenv.cfg": "", "env/lib/x.py": "",
		".sunpyter-k0123456789a/lease": "of a kernel in it", "results/.sunpyter-0123456789abcdef.tmp": "of an interrupted push",
	})
	write(t, l.folder, map[string]string{"both": "mine!"})
	must(t, os.Symlink("/etc/passwd", filepath.Join(there, "link")))
	for name, age := range map[string]time.Duration{"results/fig.png": 0, "a.py": time.Minute, "both": time.Hour, "results/old.txt": 24 * time.Hour} {
		at := time.Now().Add(-age)
		must(t, os.Chtimes(filepath.Join(there, name), at, at))
	}
	all, err := l.changes()
	must(t, err)
	var names, here []string
	for _, c := range all {
		names = append(names, c.Name)
		if c.Here {
			here = append(here, c.Name)
		}
	}
	if !slices.Equal(names, []string{"results/fig.png", "a.py", "both", "results/old.txt"}) || !slices.Equal(here, []string{"a.py", "both"}) {
		t.Errorf("%+v", all)
	}
	done, err := l.client.DownloadFiles(t.Context(), there, names, l.folder, files.TransferOptions{})
	must(t, err)
	if done.Files != 2 || len(done.Skipped) != 2 {
		t.Errorf("fetched %+v", done)
	}
	if _, err := l.client.DownloadFiles(t.Context(), there, []string{"a.py"}, l.folder, files.TransferOptions{Overwrite: true}); err != nil {
		t.Fatal(err)
	}
	if all, err := l.changes(); err != nil || len(all) != 1 || all[0].Name != "both" {
		t.Errorf("afterwards %+v, %v", all, err)
	}
	if r := l.mustPush(); len(r.Sent) > 0 || len(r.Conflicts) != 1 || r.Conflicts[0].Name != "both" {
		t.Errorf("a push afterwards: %+v", r)
	}
}

// TestChangesOfAFolderThatIsNotOurs: it is looked at after a yes only.
func TestChangesOfAFolderThatIsNotOurs(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	write(t, l.host.Path("work/mirror"), map[string]string{"a": "someone's"})
	if _, err := l.changes(); !fault.Is(err, fault.ProjectNotOurs) {
		t.Errorf("got %v", err)
	}
	if all, err := l.changes(func(o *Options) { o.Adopt = true }); err != nil || len(all) != 1 {
		t.Errorf("after a yes: %+v, %v", all, err)
	}
}

// TestPushOfSomeFolders: a folder that was renamed is one event of its watcher.
func TestPushOfSomeFolders(t *testing.T) {
	for _, git := range []bool{true, false} {
		l := newLaptop(t, sftptest.New(t))
		write(t, l.folder, map[string]string{"old/a.py": "1", "old/deep/b.py": "1", "older": "1", "env/pyvenv.cfg": ""})
		if git {
			if out, err := exec.Command("git", "-C", l.folder, "init", "-q").CombinedOutput(); err != nil {
				t.Skipf("needs git: %v: %s", err, out)
			}
			write(t, l.folder, map[string]string{".gitignore": "env\n"})
		}
		l.mustPush()
		must(t, os.Rename(filepath.Join(l.folder, "old"), filepath.Join(l.folder, "new")))
		write(t, l.folder, map[string]string{"env/x.py": "1"})
		source, err := NewSource(l.state, l.folder)
		must(t, err)
		scan, err := NewScan(t.Context(), l.folder, DefaultLimits, nil, []string{"old", "new", "env/x.py"})
		must(t, err)
		r, err := Push(t.Context(), l.client, scan, Options{Remote: l.host.Path("work/mirror"), Source: source, LockDir: l.state})
		must(t, err)
		if !slices.Equal(r.Sent, []string{"new/a.py", "new/deep/b.py"}) || !slices.Equal(r.Removed, []string{"old/a.py", "old/deep/b.py"}) {
			t.Errorf("git %v: %+v", git, r)
		}
	}
}

// TestChangesInOneSecond: a file is changed here and there in the same second, to the same size.
func TestChangesInOneSecond(t *testing.T) {
	l := newLaptop(t, sftptest.New(t))
	write(t, l.folder, map[string]string{"a": "old"})
	l.mustPush()
	there, later := l.host.Path("work/mirror"), time.Now().Add(time.Minute)
	for folder, text := range map[string]string{l.folder: "here!", there: "there"} {
		write(t, folder, map[string]string{"a": text})
		must(t, os.Chtimes(filepath.Join(folder, "a"), later, later))
	}
	if r := l.mustPush(); !slices.Equal(r.Conflicts, []Conflict{{Name: "a"}}) {
		t.Errorf("%+v", r)
	}
	l.want(map[string]string{"a": "there"})
}

// TestChangesBesideAClosedFolder: a folder that another user has closed does not hide the rest.
func TestChangesBesideAClosedFolder(t *testing.T) {
	if os.Getuid() != 0 || runtime.GOOS != "linux" {
		t.Skip("needs root and Linux: the server runs as another user")
	}
	host := sftptest.New(t)
	host.Wrap = []string{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"}
	l := newLaptop(t, host)
	l.mustPush()
	there := host.Path("work/mirror")
	write(t, there, map[string]string{"new": "1", "closed/x": "1"})
	must(t, os.Chmod(filepath.Join(there, "closed"), 0o700))
	if all, err := l.changes(); err != nil || len(all) != 1 || all[0].Name != "new" {
		t.Errorf("%+v, %v", all, err)
	}
}
