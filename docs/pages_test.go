// Package docs tests what these pages, the README and the workflows say of the source.
package docs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/e2e/measures"
)

const repository = ".."

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// testName is a test as security.md names it: a Go test, a scenario in VS Code
// (TestVSCode/main-job), or the file of a test of the extension.
var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w*(?:/[\\w-]+)?|[\\w.-]+\\.test\\.ts)`")

// TestSecurityPageNamesRealTests fails when a test was renamed or deleted and the page was not.
func TestSecurityPageNamesRealTests(t *testing.T) {
	tests := testsInSource(t)
	names := testName.FindAllStringSubmatch(read(t, "docs/security.md"), -1)
	if len(names) < 5 {
		t.Errorf("only %d tests are named", len(names))
	}
	for _, name := range names {
		if !tests[name[1]] {
			t.Errorf("there is no test %s", name[1])
		}
	}
}

// TestSiteFileIsDocumented: the admins' page has the example that the demo's site has.
// TestEveryKeyIsDocumented in profile/site is about its keys.
func TestSiteFileIsDocumented(t *testing.T) {
	page, example := read(t, "docs/for-site-admins.md"), read(t, "testcluster/site.toml")
	var indented strings.Builder
	for line := range strings.Lines(example) {
		if strings.TrimSpace(line) != "" {
			line = "    " + line
		}
		indented.WriteString(line)
	}
	if !strings.Contains(page, "\n\n"+indented.String()+"\n") {
		t.Error("the example is not that of testcluster/site.toml")
	}
}

// TestReliabilityPageNamesRealTests does the same for the table of docs/reliability.md.
func TestReliabilityPageNamesRealTests(t *testing.T) {
	tests := testsInSource(t)
	names := measures.Tests(read(t, "docs/reliability.md"))
	if len(names) < 50 {
		t.Errorf("only %d tests are named", len(names))
	}
	for _, name := range names {
		if name, _, _ := strings.Cut(name, "/"); !tests[name] {
			t.Errorf("there is no test %s", name)
		}
	}
}

// fileName is a file of ours as architecture.md names it; it may leave out the first folders.
var fileName = regexp.MustCompile("`([\\w./-]+\\.(?:go|ts))`")

// TestArchitecturePageNamesRealFiles fails when a file was renamed or moved and the page was not changed.
func TestArchitecturePageNamesRealFiles(t *testing.T) {
	var files strings.Builder // each between a slash and a line's end
	for _, path := range sources(t) {
		files.WriteString("/" + path + "\n")
	}
	names := fileName.FindAllStringSubmatch(read(t, "docs/architecture.md"), -1)
	if len(names) < 50 {
		t.Errorf("only %d files are named", len(names))
	}
	for _, name := range names {
		if !strings.Contains(files.String(), "/"+name[1]+"\n") {
			t.Errorf("there is no file %s", name[1])
		}
	}
}

var goTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w*)\(`)

// testsInSource returns what testName may find.
func testsInSource(t *testing.T) map[string]bool {
	tests := map[string]bool{}
	for _, path := range sources(t) {
		switch {
		case strings.HasSuffix(path, "_test.go"):
			for _, match := range goTest.FindAllStringSubmatch(read(t, path), -1) {
				tests[match[1]] = true
			}
		case strings.HasSuffix(path, ".test.ts"):
			tests[path[strings.LastIndexByte(path, '/')+1:]] = true
			if scenario, ok := strings.CutPrefix(path, "e2e/vscode/tests/"); ok {
				scenario = strings.TrimSuffix(strings.TrimSuffix(scenario, ".test.ts"), ".long")
				tests["TestVSCode/"+scenario] = true
			}
		}
	}
	return tests
}

// sources returns the paths of all files with code. It stats each, so that go test does not take
// an earlier result for this one after a change.
func sources(t *testing.T) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(repository, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && path != repository && (name == "node_modules" || strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go"), strings.HasSuffix(name, ".ts"):
			if _, err := os.Stat(path); err != nil {
				return err
			}
			paths = append(paths, filepath.ToSlash(strings.TrimPrefix(path, repository+"/")))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

var (
	action = regexp.MustCompile(`(?m)^\s*(?:- )?uses:\s*(\S+)(.*)$`)
	pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
)

// TestActionsArePinned: a tag of an action can be moved to other code, a commit cannot.
func TestActionsArePinned(t *testing.T) {
	workflows, err := filepath.Glob(filepath.Join(repository, ".github/workflows/*.y*ml"))
	if err != nil || len(workflows) == 0 {
		t.Fatalf("there are no workflows: %v", err)
	}
	for _, path := range workflows {
		for _, uses := range action.FindAllStringSubmatch(read(t, strings.TrimPrefix(path, "../")), -1) {
			if strings.HasPrefix(uses[1], "./") {
				continue
			}
			if !pinned.MatchString(uses[1]) || !strings.Contains(uses[2], "# v") {
				t.Errorf("%s: %s is not pinned by a commit with its version in a comment", path, uses[1])
			}
		}
	}
}

// TestReadmeVerifiesBeforeItUnblocks: what a browser or a system says of an unknown program is
// right until somebody has verified where it comes from.
func TestReadmeVerifiesBeforeItUnblocks(t *testing.T) {
	readme := read(t, "README.md")
	verify := strings.Index(readme, "gh attestation verify")
	if verify < 0 || !strings.Contains(readme, "--signer-workflow sa2c/sunpyter/.github/workflows/release.yml") {
		t.Error("the README does not verify a file's provenance")
	}
	for _, unblock := range []string{"com.apple.quarantine", "Unblock-File", "Run anyway", "--install-extension"} {
		if at := strings.Index(readme, unblock); at < verify {
			t.Errorf("%s stands before the verification, or nowhere", unblock)
		}
	}
	if _, err := os.Stat(filepath.Join(repository, ".github/workflows/release.yml")); err != nil {
		t.Error(err)
	}
}
