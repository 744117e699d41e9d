// Package markdown writes and reads the list items of generated pages.
package markdown

import (
	"strings"
	"unicode/utf8"
)

// width is how long a line may be; docs/words_test.go checks it.
const width = 120

// Paragraph wraps text. The first line starts with first, the others with rest.
func Paragraph(text, first, rest string) string {
	var b strings.Builder
	line := first
	for _, word := range strings.Fields(text) {
		switch {
		case line == first || line == rest:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			b.WriteString(line + "\n")
			line = rest + word
		default:
			line += " " + word
		}
	}
	return b.String() + line + "\n"
}

// Item returns a list item.
func Item(text string) string { return Paragraph(text, "- ", "  ") }

// Items returns the list items of a page, each as one line without the dash.
func Items(page string) (items []string) {
	inItem := false
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		switch text, starts := strings.CutPrefix(line, "- "); {
		case starts:
			items = append(items, text)
			inItem = true
		case inItem && strings.HasPrefix(line, "  "):
			items[len(items)-1] += " " + strings.TrimSpace(line)
		default:
			inItem = false
		}
	}
	return items
}
