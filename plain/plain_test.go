package plain

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// hiddenCharacters are some of each kind that Text removes.
var hiddenCharacters = []rune{
	0x00, 0x08, '\r', 0x1b, 0x7f, 0x85, 0x9b, // control
	0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x180b, 0x180e, 0x3164, 0xffa0, // fillers
	0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, // zero width
	0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, // bidirectional
	0x2028, 0x2029, 0xfff9, 0x1d173, // separators, annotation, music
	0xfe00, 0xfe0f, 0xe0100, 0xe01ef, 0xe0001, 0xe0061, 0xe007f, // variation selectors, tags
}

// plain are texts that Text does not change.
var plain = []string{
	"", "ordinary", "two\nlines\tand a tab", "Jürgen, 数据, данные, שלום, 🙂", `quotes " and \ and / and <b>`, "replacement \uFFFD",
}

func TestTextRemovesHiddenCharacters(t *testing.T) {
	for _, r := range hiddenCharacters {
		if got := Text("a" + string(r) + "b"); got != "ab" {
			t.Errorf("%U: %q", r, got)
		}
	}
	for _, s := range plain {
		if got := Text(s); got != s {
			t.Errorf("Text(%q) = %q", s, got)
		}
	}
	if got := Text("a\xffb\x1b"); got != "a\uFFFDb" {
		t.Errorf("bytes that are not UTF-8: %q", got)
	}
}

func TestJSON(t *testing.T) {
	for _, r := range hiddenCharacters {
		raw, err := json.Marshal(map[string]string{"a" + string(r): "b" + string(r) + "\n"})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(JSON(raw)); got != `{"a":"b\n"}` {
			t.Errorf("%U: %s became %s", r, raw, got)
		}
	}
	for _, row := range []struct{ raw, want string }{
		{`"\u202e\u2028\u001B\u007f\r\b\fa"`, `"a"`},
		{`"\udb40\udc01a\ud83d\ude42"`, `"a\ud83d\ude42"`}, // a tag and a smile, as surrogates
		{`"\\u202e \\\u202e\\"`, `"\\u202e \\\\"`},
		{`"\"\/\n\t\u000a"`, `"\"\/\n\t\u000a"`},
		{`"\ud800"`, `"\ud800"`},
		{`[1, -2.5e3, true, null, {}]`, `[1, -2.5e3, true, null, {}]`},
	} {
		if got := string(JSON([]byte(row.raw))); got != row.want {
			t.Errorf("%s became %s, not %s", row.raw, got, row.want)
		}
	}
}

// FuzzJSON: valid JSON stays valid, and its strings are as Text returns them.
func FuzzJSON(f *testing.F) {
	f.Add("a\u202eb\x1b[31m\\u202e\r\n")
	f.Add(`\"\\` + string(rune(0xe0001)))
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("not UTF-8")
		}
		raw, err := json.Marshal([]string{s})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		if err := json.Unmarshal(JSON(raw), &got); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got[0] != Text(s) {
			t.Errorf("%q became %q, not %q", s, got[0], Text(s))
		}
		if strings.ContainsRune(got[0], 0x202e) {
			t.Errorf("%q has a bidirectional control", got[0])
		}
	})
}
