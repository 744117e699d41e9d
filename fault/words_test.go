package fault_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sa2c/sunpyter/fault"
)

// packages are those whose texts reach users.
var packages = []string{"fault", "files", "profile", "project", "server", "session", "slurm", "terminal", "tunnel"}

// notOurs are texts with a forbidden word that users do not see, and why.
var notOurs = map[string]string{
	"No route to host":             "the system's words, looked for in Slurm's answers",
	"Invalid job/step id":          "Slurm's words, looked for in its answers",
	"Entering interactive session": "ssh's words, looked for in what it says",
	" session=":                    "part of a job's comment, for programs",
	"lease %d %d":                  "a line for the script in the job",
}

// TestNoTextHasAForbiddenWord reads all sentences of the code, which are the
// literals with a space in them, and looks for the words of docs/words.md. What
// goes to a log or to a shell is left out.
func TestNoTextHasAForbiddenWord(t *testing.T) {
	forbidden := finder(t)
	sentences := 0
	for _, pkg := range packages {
		paths := sourcesOf(t, filepath.Join("..", pkg))
		for _, path := range paths {
			for _, s := range sentencesOf(t, path) {
				sentences++
				if word := find(forbidden, s.text); word != "" && notOurs[s.text] == "" {
					t.Errorf("%s: %q in %q", s.place, word, s.text)
				}
			}
		}
	}
	if sentences < 500 {
		t.Errorf("only %d sentences were found", sentences)
	}
}

// sourcesOf returns the Go files of a package and of those below it, without tests.
func sourcesOf(t *testing.T, root string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no files, %v", root, err)
	}
	return paths
}

// TestForbiddenWordsAreFound: in every form, as whole words, and not in the name
// of an option.
func TestForbiddenWordsAreFound(t *testing.T) {
	forbidden := finder(t)
	for _, text := range []string{"Lease", "the leases", "it was leased", "adopted", "Adoption.", "tunnelling", "its grace (15 min)", "by gres"} {
		if find(forbidden, text) == "" {
			t.Errorf("nothing found in %q", text)
		}
	}
	for _, text := range []string{"please", "graceful", "release", "obsession", "use --gres", "--grace=10m", `{"session":{}}`, "graceSeconds", "grace_seconds"} {
		if word := find(forbidden, text); word != "" {
			t.Errorf("%q found in %q", word, text)
		}
	}
}

// finder looks for the words in the first column of docs/words.md, and their forms.
func finder(t *testing.T) *regexp.Regexp {
	t.Helper()
	table, err := os.ReadFile("../docs/words.md")
	if err != nil {
		t.Fatal(err)
	}
	var forms []string
	for _, row := range regexp.MustCompile(`(?m)^\| *([a-z]+) *\|`).FindAllStringSubmatch(string(table), -1) {
		switch word := row[1]; {
		case word == "forbidden": // the head
		case strings.HasSuffix(word, "e"):
			forms = append(forms, strings.TrimSuffix(word, "e")+"(?:e|es|ed|ing)")
		default:
			last := word[len(word)-1:]
			forms = append(forms, word+"(?:s|es|"+last+"?ed|"+last+"?ing|ion|ions)?")
		}
	}
	if len(forms) < 9 {
		t.Fatalf("docs/words.md has only %v", forms)
	}
	return regexp.MustCompile(`(?i)(--|")?\b(?:` + strings.Join(forms, "|") + `)\b`)
}

// find returns the first forbidden word that is not a name: of an option, or as JSON
// has it, in quotes.
func find(forbidden *regexp.Regexp, text string) string {
	for _, word := range forbidden.FindAllString(text, -1) {
		if !strings.HasPrefix(word, "--") && !strings.HasPrefix(word, `"`) {
			return word
		}
	}
	return ""
}

type sentence struct{ place, text string }

// sentencesOf returns the texts of a file that a user may read.
func sentencesOf(t *testing.T, path string) (all []sentence) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return !forMachines(n.Fun)
		case *ast.Field, *ast.ImportSpec: // tags and paths
			return false
		case *ast.BasicLit:
			text, err := strconv.Unquote(n.Value)
			if n.Kind == token.STRING && err == nil && strings.Contains(text, " ") {
				place := files.Position(n.Pos())
				all = append(all, sentence{fmt.Sprintf("%s:%d", path, place.Line), text})
			}
		}
		return true
	})
	return all
}

// forMachines reports whether the arguments of a call go to a log, a shell or a script.
func forMachines(called ast.Expr) bool {
	name, on := "", ""
	switch f := called.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		switch x := f.X.(type) {
		case *ast.Ident:
			on = x.Name
		case *ast.SelectorExpr:
			on = x.Sel.Name
		}
	}
	switch name {
	case "LoginCommand", "PlainCommand", "runScript", "send", "command", "frameOf", "squeue", "squeueArguments":
		return true
	}
	return on == "zap" || strings.EqualFold(on, "log")
}

// commandLine finds what an editor's user cannot use: an option, and back-ticks, which
// notifications show as they are. Such text is written with a reference; see [Style].
var commandLine = regexp.MustCompile("`|(?:^|[\\s(])--[a-z]")

// toShell are parts of command lines, which no editor shows.
var toShell = map[string]bool{
	"--noheader --all --format=": true, " --user=\"$EUID\"": true, "--states=all ": true,
	"--noheader --all --states=PENDING,RUNNING --format=": true, "--noheader --Node --exact --partition=": true, " --partition=": true,
	"exec /bin/bash --norc -p -c 'eval \"$(echo ": true,
}

// TestNoCommandLineInAnEditor reads the literals with a space of all packages but terminal,
// rendered for an editor.
func TestNoCommandLineInAnEditor(t *testing.T) {
	for _, pkg := range packages {
		if pkg == "terminal" {
			continue
		}
		for _, path := range sourcesOf(t, filepath.Join("..", pkg)) {
			if path == "../fault/reference.go" || path == "../fault/fields.go" { // which have the terminal's style
				continue
			}
			for _, s := range sentencesOf(t, path) {
				if text := fault.Editor.Render(s.text); commandLine.MatchString(text) && !toShell[s.text] {
					t.Errorf("%s: %q", s.place, text)
				}
			}
		}
	}
}
