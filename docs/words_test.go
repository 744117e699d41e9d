package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// oldWord is a line of oldwords.txt.
type oldWord struct {
	text    string
	allowed []string
}

func oldWords(t *testing.T) (words []oldWord) {
	t.Helper()
	for line := range strings.Lines(read(t, "docs/oldwords.txt")) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		text, places, found := strings.Cut(strings.TrimSpace(line), ":")
		if !found {
			t.Fatalf("oldwords.txt: no colon in %q", line)
		}
		words = append(words, oldWord{text, strings.Fields(places)})
	}
	return words
}

// identifierPart is a word within an identifier.
var identifierPart = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

// TestOldWordsStayGone finds an old word in an identifier or in a page that oldwords.txt does
// not allow to have it.
func TestOldWordsStayGone(t *testing.T) {
	words := oldWords(t)
	places := map[string]map[string]string{} // a word to the places that have it, with an example
	note := func(word, place, example string) {
		if places[word] == nil {
			places[word] = map[string]string{}
		}
		places[word][place] = example
	}
	for _, file := range sources(t) {
		if !strings.HasSuffix(file, ".go") {
			continue
		}
		for _, name := range identifiers(t, file) {
			for _, part := range identifierPart.FindAllString(name, -1) {
				note(strings.ToLower(part), path.Dir(file), name)
			}
		}
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, "../README.md", "../CONTRIBUTING.md") {
		name := filepath.Base(page)
		text := strings.Join(strings.Fields(read(t, filepath.Join("docs", page))), " ")
		lower := strings.ToLower(text)
		for _, word := range words {
			if !strings.Contains(lower, word.text) { // which takes a fraction of the time
				continue
			}
			if found := regexp.MustCompile(`(?i)\b` + word.text + `\b`).FindString(text); found != "" {
				note(word.text, name, found)
			}
		}
	}
	for _, word := range words {
		has := places[word.text]
		for _, place := range slices.Sorted(maps.Keys(has)) {
			if !slices.Contains(word.allowed, place) {
				t.Errorf("%s has the old word %q in %q", place, word.text, has[place])
			}
		}
		for _, place := range word.allowed {
			if _, ok := has[place]; !ok {
				t.Logf("oldwords.txt: %s no longer has %q: take its name away", place, word.text)
			}
		}
	}
}

// identifiers returns the names that a Go file declares.
func identifiers(t *testing.T, file string) (names []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "", read(t, file), 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[*ast.Ident]bool{}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			declared[f.Name] = true
		}
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && (declared[id] || id.Obj != nil && id.Obj.Pos() == id.Pos()) {
			names = append(names, id.Name)
		}
		return true
	})
	return names
}

// url matches what cannot be broken.
var url = regexp.MustCompile(`https?://\S+`)

// TestLinesOfPagesAreShort: the rows of tables too, but neither messages of the protocol nor the
// extension's readme, whose tables prettier pads.
func TestLinesOfPagesAreShort(t *testing.T) {
	const longest = 120
	var pages []string
	for _, pattern := range []string{"*.md", "docs/*.md", "editor-extension/*.md", "editor-extension/walkthrough/*.md", "*/testdata/*.md"} {
		found, err := filepath.Glob(filepath.Join(repository, pattern))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	if len(pages) < 15 {
		t.Errorf("only %d pages were found", len(pages))
	}
	for _, page := range pages {
		page = filepath.ToSlash(strings.TrimPrefix(page, repository+string(filepath.Separator)))
		inCode := false
		for i, line := range strings.Split(read(t, page), "\n") {
			if strings.HasPrefix(line, "```") {
				inCode = !inCode
			}
			if inCode {
				continue
			}
			if n := utf8.RuneCountInString(url.ReplaceAllString(line, "URL")); n > longest {
				t.Errorf("%s:%d has %d characters", page, i+1, n)
			}
		}
	}
}

// TestReadmeIsShort: it is for users who want to start; the other pages have the rest.
func TestReadmeIsShort(t *testing.T) {
	const most = 200
	if n := strings.Count(read(t, "README.md"), "\n"); n > most {
		t.Errorf("README.md has %d lines, more than %d", n, most)
	}
}
