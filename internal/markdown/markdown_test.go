package markdown

import (
	"slices"
	"strings"
	"testing"
)

func TestItemIsWrappedAndReadBack(t *testing.T) {
	texts := []string{"short", strings.TrimSpace(strings.Repeat("twelve chars ", 30)), "`" + strings.Repeat("x", 200) + "` stays whole"}
	page := "# Page\n\nNo item.\n\n"
	for _, text := range texts {
		item := Item(text)
		for line := range strings.Lines(item) {
			if n := len(strings.TrimSuffix(line, "\n")); n > width && !strings.Contains(line, "xxx") {
				t.Errorf("%d characters: %s", n, line)
			}
		}
		page += item
	}
	page += "\nNo item either.\n  Indented text.\n"
	if got := Items(page); !slices.Equal(got, texts) {
		t.Errorf("read %q", got)
	}
}
