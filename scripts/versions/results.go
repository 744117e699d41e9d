package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// suite is what came of the runs on one Debian.
type suite struct {
	name, date string
	commit     string            // of the project, as git describes it
	packages   map[string]string // upstream versions by package
	demo       bool              // make demo succeeded
	site       tally             // with its hosts
	laptop     tally             // on it as the laptop
}

// tally has the results of `go test -json`: tests without subtests, as "e2e TestX/y".
type tally struct {
	passed  int
	failed  []string
	skipped map[string][]string // by reason
}

// event is a line of `go test -json`, see `go doc test2json`.
type event struct {
	Action, Package, Test, Output string
}

func readSuite(folder string) (suite, error) {
	s := suite{name: filepath.Base(folder), packages: map[string]string{}}
	for _, file := range []struct {
		name string
		read func(data string) error
	}{
		{"date.txt", func(data string) error { s.date = strings.TrimSpace(data); return nil }},
		{"commit.txt", func(data string) error { s.commit = strings.TrimSpace(data); return nil }},
		{"demo.txt", func(data string) error { s.demo = strings.HasSuffix(data, "\nexit 0\n"); return nil }},
		{"packages.txt", func(data string) error {
			for line := range strings.Lines(data) {
				name, version, _ := strings.Cut(strings.TrimSpace(line), " ")
				s.packages[name] = upstream(version)
			}
			return nil
		}},
		{"site.json", func(data string) (err error) { s.site, err = readTests(data); return err }},
		{"laptop.json", func(data string) (err error) { s.laptop, err = readTests(data); return err }},
	} {
		data, err := os.ReadFile(filepath.Join(folder, file.name))
		if err != nil {
			return s, err
		}
		if err := file.read(string(data)); err != nil {
			return s, fmt.Errorf("%s of %s: %w", file.name, s.name, err)
		}
	}
	return s, nil
}

// upstream is a package's version without Debian's epoch and revision: "10.0p1" of "1:10.0p1-7+deb13u4".
func upstream(version string) string {
	_, v, found := strings.Cut(version, ":")
	if !found {
		v = version
	}
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		v = v[:i]
	}
	if _, real, found := strings.Cut(v, "+really"); found {
		v = real
	}
	return regexp.MustCompile(`[+~](ds|dfsg).*`).ReplaceAllString(v, "")
}

// reasonLine is the output of a skipped test: "    site_test.go:12: reason".
var reasonLine = regexp.MustCompile(`^ *\w+\.go:\d+: (.*)`)

// readTests returns the tally of the output of `go test -json`.
func readTests(data string) (tally, error) {
	results, err := readResults(data)
	if err != nil {
		return tally{}, err
	}
	t := tally{skipped: map[string][]string{}}
	for _, test := range slices.Sorted(maps.Keys(results.action)) {
		name := strings.Replace(test, "/", " ", 1)
		switch action := results.action[test]; {
		case results.hasSubtests(test):
		case action == "pass":
			t.passed++
		case action == "fail":
			t.failed = append(t.failed, name)
		default:
			reason := results.reason[test]
			t.skipped[reason] = append(t.skipped[reason], name)
		}
	}
	return t, nil
}

// testResults are the results of tests, as "e2e/TestX/y", and of packages that failed, as "e2e".
type testResults struct {
	action map[string]string // pass, fail or skip
	reason map[string]string // of skipped tests
}

func readResults(data string) (testResults, error) {
	r := testResults{map[string]string{}, map[string]string{}}
	for line := range strings.Lines(data) {
		if !strings.HasPrefix(line, "{") { // what a test printed itself
			continue
		}
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return r, err
		}
		r.add(e)
	}
	return r, nil
}

// add applies an event. The last run of a test or a package counts.
func (r testResults) add(e event) {
	test := strings.TrimSuffix(path.Base(e.Package)+"/"+e.Test, "/")
	switch m := reasonLine.FindStringSubmatch(e.Output); {
	case e.Action == "output" && m != nil:
		r.reason[test] = m[1] // the last, which is that of Skip
	case e.Action == "pass" && e.Test == "":
		delete(r.action, test)
	case e.Action == "pass", e.Action == "skip" && e.Test != "", e.Action == "fail":
		r.action[test] = e.Action
	}
}

// hasSubtests reports whether the subtests of a test count in its place. A test that failed without
// a failed subtest counts itself.
func (r testResults) hasSubtests(test string) bool {
	for name, action := range r.action {
		if strings.HasPrefix(name, test+"/") && (action == "fail" || r.action[test] != "fail") {
			return true
		}
	}
	return false
}

// count is how many tests were skipped.
func (t tally) count() int {
	n := 0
	for _, tests := range t.skipped {
		n += len(tests)
	}
	return n
}
