package site

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestEveryKeyIsDocumented: the admins' page has every key, those of tables too.
func TestEveryKeyIsDocumented(t *testing.T) {
	content, err := os.ReadFile("../../docs/for-site-admins.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	all := slices.Concat(tables, defaultKeys)
	for _, keys := range []map[string]set{new(File).keys(), new(Caps).keys(), new(Partition).keys(), new(Environment).keys()} {
		all = slices.AppendSeq(all, maps.Keys(keys))
	}
	for _, key := range all {
		if !strings.Contains(page, "`"+key+"`") && !strings.Contains(page, "`["+key) && !strings.Contains(page, "`[["+key) && !strings.Contains(page, "`"+key+" = ") {
			t.Errorf("the key %s is not documented", key)
		}
	}
}
