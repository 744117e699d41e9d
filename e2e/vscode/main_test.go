//go:build linux

package vscode

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sa2c/sunpyter/testcluster"
)

// TestMain puts the tests on the site's laptop.
func TestMain(m *testing.M) { testcluster.Main(m) }

// special are the sites of files that need a special one.
var special = map[string]testcluster.Options{
	// The login node asks for everything that a login node may ask, and shows a banner; see prompts.test.ts.
	"prompts": {Modules: true, LoginSSHD: "Banner /etc/banner\nKbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive"},
	// Its hosts lose their Jupyter.
	"without-jupyter.long": {Modules: true},
}

// atOnce is how many files run at the same time: half of a file's time is spent waiting.
const atOnce = 2

// TestVSCode runs each file of tests/. Those named *.long.test.ts take minutes.
func TestVSCode(t *testing.T) {
	if testing.Short() {
		t.Skip("no VS Code with -short")
	}
	r := newRig(t)
	queue := testFiles(t)
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			for file := range queue {
				name := strings.TrimSuffix(filepath.Base(file), ".test.ts")
				t.Run(name, func(t *testing.T) {
					if strings.HasSuffix(name, ".long") && os.Getenv("SUNPYTER_FAULTS") != "1" {
						t.Skip("it takes minutes; set SUNPYTER_FAULTS=1 (make faults)")
					}
					r.run(t, file, siteFor(t, name))
				})
			}
		})
	}
	group.Wait()
}

// testFiles returns the files of tests/, the largest first, since those tend to take longest.
func testFiles(t *testing.T) <-chan string {
	t.Helper()
	files, err := filepath.Glob("tests/*.test.ts")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	sizes := map[string]int{}
	for _, file := range files {
		sizes[file] = size(t, file)
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Compare(sizes[b], sizes[a]) })
	queue := make(chan string, len(files))
	for _, file := range files {
		queue <- file
	}
	close(queue)
	return queue
}

var part = regexp.MustCompile(`from "\./(\w+\.ts)"`)

// size is that of a file of tests, with the parts that it imports from its folder.
func size(t *testing.T, file string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := len(text)
	for _, match := range part.FindAllSubmatch(text, -1) {
		all += size(t, filepath.Join(filepath.Dir(file), string(match[1])))
	}
	return all
}

func siteFor(t *testing.T, name string) *testcluster.Site {
	t.Helper()
	if options, ok := special[name]; ok {
		return testcluster.Start(t, options)
	}
	return testcluster.Shared(t)
}
