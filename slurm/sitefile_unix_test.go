//go:build unix

package slurm

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestSiteFile: the text is sent with the site's facts, once, and only if not just any user can
// have written it.
func TestSiteFile(t *testing.T) {
	f := newFakeSlurm(t)
	path := filepath.Join(f.dir, "site file.toml")
	f.env = append(f.env, "SUNPYTER_SITE="+path)
	ask := func(known string) Site {
		t.Helper()
		c := New(f).On("").KnowsFile(known)
		frames, err := c.ask(t.Context(), lookingUp, c.siteLines())
		if err != nil {
			t.Fatal(err)
		}
		site, err := readSite(each(&frames))
		if err != nil || len(site.Partitions) == 0 {
			t.Fatal(err, site.Partitions)
		}
		return site
	}
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(f.dir, ".sunpyter/sessions/k1"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"title = \"Lab\"\n", "", "a\x00b\xff\x1b[2J\r\n", strings.Repeat("#", 70_000)} {
		write(text, 0o644)
		site := ask("")
		want := text[:min(len(text), 65537)]
		if string(site.File.Text) != want || site.File.Text == nil || site.File.Path != path || !fileHash.MatchString(site.File.Hash) {
			t.Errorf("%.20q: %.200q", text, site.File.Text)
		}
		if again := ask(site.File.Hash); again.File.Hash != site.File.Hash || (text != "" && again.File.Text != nil) {
			t.Errorf("%.20q: sent again: %+v", text, again.File)
		}
		if !slices.Equal(site.Sessions, []string{"k1"}) {
			t.Errorf("sessions %q", site.Sessions)
		}
	}
	job, err := New(f).Submit(t.Context(), func(site Site) (Submission, error) {
		return hello, os.Mkdir(filepath.Join(f.dir, ".sunpyter/sessions/k2"), 0o700) // as another start does
	})
	if err != nil || !slices.Equal(job.Sessions, []string{"k1", "k2"}) {
		t.Errorf("sessions after the submission: %q, %v", job.Sessions, err)
	}
	for mode, want := range map[os.FileMode]string{0o646: "all users can write it", 0o666: "all users can write it"} {
		write("title = \"x\"", mode)
		if site := ask(""); site.File.Problem != want || site.File.Text != nil || site.File.Hash != "" {
			t.Errorf("%o: %+v", mode, site.File)
		}
	}
	_ = os.Remove(path)
	if site := ask(""); site.File.Problem != "there is no such file" {
		t.Errorf("missing: %+v", site.File)
	}
	if err := syscall.Mkfifo(path, 0o644); err != nil { // which would block a reader
		t.Fatal(err)
	}
	if site := ask(""); site.File.Problem != "it is not a file that you can read" {
		t.Errorf("a pipe: %+v", site.File)
	}
	if calls := f.read("calls"); strings.Contains(calls, "squeue") || strings.Count(calls, "sbatch") != 1 {
		t.Errorf("calls %q", calls)
	}
	f.env = slices.DeleteFunc(f.env, func(v string) bool { return strings.HasPrefix(v, "SUNPYTER_SITE=") })
	if site := ask(""); site.File.Path != "" || site.File.Problem != "" || site.Sessions != nil {
		t.Errorf("without a file: %+v", site.File)
	}
}
