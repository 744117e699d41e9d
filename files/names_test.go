package files

import (
	"testing"

	"github.com/sa2c/sunpyter/fault"
	"github.com/sa2c/sunpyter/plain"
)

func TestEscape(t *testing.T) {
	for _, row := range []struct{ name, text string }{
		{"/home/alice/data.csv", "/home/alice/data.csv"},
		{"caf\xe9", "caf%E9"},
		{"café 100% 日本 \U0001f600", "café 100% 日本 \U0001f600"},
		{"a%41b", "a%2541b"},
		{"50%2", "50%2"},
		{"%\xff", "%%FF"},
		{"two\nlines\x1b[31m", "two%0Alines%1B[31m"},
		{"txt.\u202eexe", "txt.%E2%80%AEexe"},
		{"⟦setting workdir⟧", "%E2%9F%A6setting workdir%E2%9F%A7"},
		{"\ufffd", "%EF%BF%BD"},
	} {
		if got := Escape(row.name); got != row.text {
			t.Errorf("Escape(%q) is %q, want %q", row.name, got, row.text)
		}
		if got := Unescape(row.text); got != row.name {
			t.Errorf("Unescape(%q) is %q", row.text, got)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("caf\xe9%41")
	f.Fuzz(func(t *testing.T, name string) {
		text := Escape(name)
		if Unescape(text) != name {
			t.Errorf("%q came back as %q", name, Unescape(text))
		}
		if plain.Text(text) != text || fault.Editor.Render(text) != text {
			t.Errorf("%q changes on its way", text)
		}
	})
}
