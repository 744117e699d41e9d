package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/internal/markdown"
)

const module = "github.com/sa2c/sunpyter/"

// row is an item of the code map in architecture.md: a folder and what its packages may import.
type row struct {
	folder  string
	imports []string
	all     bool // all above
}

// TestImportsFollowTheCodeMap fails when a package imports what its item in architecture.md does
// not name. The order of the items shows that there is no cycle.
func TestImportsFollowTheCodeMap(t *testing.T) {
	rows := codeMap(t)
	for i, r := range rows {
		for _, name := range r.imports {
			if !slices.ContainsFunc(rows[:i], func(above row) bool { return above.folder == name }) {
				t.Errorf("the item of %s names %s, which has no item above it", r.folder, name)
			}
		}
	}
	packages := listPackages(t)
	if len(packages) < 15 {
		t.Errorf("only %d packages were found", len(packages))
	}
	for _, p := range packages {
		i := rowOf(rows, p.folder())
		if i < 0 {
			t.Errorf("%s has no item in docs/architecture.md", p.folder())
			continue
		}
		for _, path := range p.Imports {
			if name, ours := strings.CutPrefix(path, module); ours && !allowed(rows, i, name) {
				t.Errorf("%s imports %s, which docs/architecture.md does not allow", p.folder(), name)
			}
		}
	}
}

// TestCodeMapFindsAnArrowThatTurnsRound makes sure that the test above would fail.
func TestCodeMapFindsAnArrowThatTurnsRound(t *testing.T) {
	rows := codeMap(t)
	for _, arrow := range []struct {
		from, to string
		allowed  bool
	}{
		{"server", "tunnel", true}, {"server/rpc", "protocol", true}, {"server/rpc", "internal/retry", true},
		{"session", "session/store", true}, {"testcluster/cmd/site", "testcluster/internal/plan", true},
		{"tunnel", "server", false}, {"tunnel", "slurm", false}, {"slurm", "tunnel", false}, {"session", "protocol", false},
		{"session/store", "session", false}, {"server/rpc", "server", false}, {"server/connpool", "server/rpc", false},
		{"terminal", "server", false}, {"fault", "plain", false}, {"internal/retry", "tunnel", false},
	} {
		if got := allowed(rows, rowOf(rows, arrow.from), arrow.to); got != arrow.allowed {
			t.Errorf("%s imports %s: allowed is %v", arrow.from, arrow.to, got)
		}
	}
}

var (
	codeMapItem = regexp.MustCompile("^`([\\w/-]+)/`: .* Imports: ([^.]+)\\.$")
	folder      = regexp.MustCompile(`^[\w/-]+$`)
)

// codeMap reads the list of packages; those that are not Go have no imports.
func codeMap(t *testing.T) (rows []row) {
	t.Helper()
	_, section, found := strings.Cut(read(t, "docs/architecture.md"), "\n## Code map\n")
	if !found {
		t.Fatal("docs/architecture.md has no code map")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	items := markdown.Items(section)
	for _, item := range items {
		match := codeMapItem.FindStringSubmatch(item)
		if match == nil {
			t.Fatalf("the code map's item cannot be read: %s", item)
		}
		r := row{folder: match[1], all: match[2] == "all above"}
		for name := range strings.SplitSeq(match[2], ", ") {
			if name != "none" && folder.MatchString(name) {
				r.imports = append(r.imports, name)
			}
		}
		rows = append(rows, r)
	}
	if len(rows) < 20 {
		t.Fatalf("only %d items can be read", len(rows))
	}
	return rows
}

// rowOf returns the row of a package: that of its folder, or of the nearest folder above it; -1: none.
func rowOf(rows []row, name string) int {
	for ; name != "."; name = parent(name) {
		if i := slices.IndexFunc(rows, func(r row) bool { return r.folder == name }); i >= 0 {
			return i
		}
	}
	return -1
}

func parent(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return "."
}

// allowed reports whether a package of row i may import the package name.
func allowed(rows []row, i int, name string) bool {
	j := rowOf(rows, name)
	switch {
	case i < 0 || j < 0:
		return false
	case i == j || rows[j].folder == "internal":
		return true
	case rows[i].all:
		return j < i
	}
	return slices.Contains(rows[i].imports, rows[j].folder)
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func (p goPackage) folder() string { return strings.TrimPrefix(p.ImportPath, module) }

// listPackages returns the packages of this module for each system that we build for.
func listPackages(t *testing.T) (packages []goPackage) {
	t.Helper()
	_ = sources(t) // go list opens them, which go test does not see
	for _, goos := range []string{"linux", "darwin", "windows"} {
		list := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
		list.Dir = repository
		list.Env = append(list.Environ(), "GOOS="+goos)
		var stderr bytes.Buffer
		list.Stderr = &stderr
		out, err := list.Output()
		if err != nil {
			t.Fatalf("go list: %v\n%s", err, &stderr)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var p goPackage
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			packages = append(packages, p)
		}
	}
	return packages
}
