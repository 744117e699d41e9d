package terminal

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// runSunpyter runs a command line that needs no server.
func runSunpyter(args ...string) (out, errOut string, code int) {
	var o, e strings.Builder
	p := &program{version: "v0-test", out: &o, err: &e}
	code = p.run(args)
	return o.String(), e.String(), code
}

// TestSiteCheck: what is understood, each mistake with its line and key, and the exit status.
func TestSiteCheck(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "site.toml")
	for _, row := range []struct {
		text string
		mode os.FileMode
		code int
		out  []string
		err  string
	}{
		{"title = \"Lab\"\nsupprt = 1\n[caps]\ncpus = 8\n[defaults]\ntime = \"2h\"", 0o644, exitDone,
			[]string{"Title:         Lab", "Default:       time = 2h", "Limits:        CPUs: 8"}, "Warning: " + broken + ": line 2, supprt: there is no such key; it has no effect\n"},
		{"title = 1\n[caps]\ncpus = \"x\"\n", 0o644, exitUsage, nil,
			"Mistake: " + broken + ": line 1, title: it must be a string, not a whole number\nMistake: " + broken + ": line 3, caps.cpus: it must be a whole number, not a string\nUsers' computers ignore this file.\n"},
		{"[[environment]]\ntitle = \"Course\"\ncontainer = \"/apps/course.sif\"\nmodules = [\"apptainer\"]", 0o644, exitDone,
			[]string{"Environment:   Course, /apps/course.sif, apptainer"}, ""},
		{"title = \"Lab\"", 0o666, exitUsage, nil, "all users can write it: run chmod o-w " + broken},
		{"title = \"\x1b[2J\"", 0o644, exitUsage, nil, "Mistake: " + broken + ": line 1"},
	} {
		if err := os.WriteFile(broken, []byte(row.text), row.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(broken, row.mode); err != nil {
			t.Fatal(err)
		}
		out, errOut, code := runSunpyter("site", "check", broken)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		if code != row.code || !strings.Contains(errOut, row.err) || strings.ContainsRune(errOut, '\x1b') || (row.out != nil && !slices.Equal(lines, row.out)) {
			t.Errorf("%q: code %d\n%s%s", row.text, code, out, errOut)
		}
	}
	if _, errOut, code := runSunpyter("site", "check", filepath.Dir(broken)); code != exitUsage || !strings.Contains(errOut, "it is not a regular file") {
		t.Errorf("a folder: code %d, %s", code, errOut)
	}
	missing := broken + ".none"
	if _, errOut, code := runSunpyter("site", "check", missing); code != exitUsage || !strings.HasPrefix(errOut, "Mistake: "+missing+": ") || strings.Contains(errOut, "stat ") {
		t.Errorf("no file: code %d, %s", code, errOut)
	}
	t.Setenv("SUNPYTER_SITE", missing)
	if _, errOut, code := runSunpyter("site", "check"); code != exitUsage || !strings.HasPrefix(errOut, "Mistake: "+missing) {
		t.Errorf("the file of the variable: code %d, %s", code, errOut)
	}
	if out, errOut, code := runSunpyter("site", "chek"); code != exitUsage || out != "" || !strings.Contains(errOut, `unknown command "chek" for "sunpyter site"`) {
		t.Errorf("a misspelt command: code %d, %s%s", code, out, errOut)
	}
}

// TestSiteCheckOfTheExample: the example has no mistake, and --json has all of it.
func TestSiteCheckOfTheExample(t *testing.T) {
	out, errOut, code := runSunpyter("site", "check", "../testcluster/site.toml", "--json")
	var got struct {
		Event string
		Site  struct {
			OK       bool
			Caps     map[string]int
			Defaults map[string]any
			File     struct {
				Title, Support, Message    string
				Places, Routes, Partitions []string
				Partition                  map[string]struct{ Title, Description string }
				Environment                []struct{ Title string }
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitDone || errOut != "" {
		t.Fatal(err, code, errOut)
	}
	s := got.Site
	if got.Event != "site" || !s.OK || s.Caps["timeSeconds"] != 12*3600 || s.Caps["gpus"] != 1 || s.Defaults["time"] != "2h" ||
		s.File.Title != "Sunbird" || s.File.Partition["short"].Title != "Short" || len(s.File.Environment) != 1 {
		t.Errorf("%s", out)
	}
}
