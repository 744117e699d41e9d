package measures

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTableNamesTests: each test that docs/reliability.md names is there.
func TestTableNamesTests(t *testing.T) {
	files, err := filepath.Glob("../../*/*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range declared.FindAllSubmatch(text, -1) {
			there[string(found[1])] = true
		}
	}
	document, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	named := Tests(string(document))
	if len(named) < 50 {
		t.Errorf("it names only %q", named)
	}
	for _, name := range named {
		if name, _, _ := strings.Cut(name, "/"); !there[name] {
			t.Errorf("there is no %s", name)
		}
	}
}
