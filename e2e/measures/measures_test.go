package measures

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestFill(t *testing.T) {
	file := filepath.Join(t.TempDir(), "measures")
	for _, m := range []Measure{
		{"TestCut/long", "back after", "9 s"}, {"TestCut", "pid", "kept"}, {"TestCut/long", "back after", "3 s"}, {"TestCutter", "not", "ours"},
	} {
		if err := Append(file, m); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	const before = "# Faults\n\n- **Cut**: survives.\n  Test: `TestCut`.\n" +
		"- **Never run**: x. It has\n  two lines.\n  Measured: 7 s,\n  and more.\n  Tests: `TestOther`,\n  `TestMore`.\n\nEnd.\n"
	after := strings.Replace(before, "  Test:", "  Measured: long: back after 3 s; pid kept.\n  Test:", 1)
	if got := Fill(before, all); got != after {
		t.Errorf("filled:\n%s", got)
	}
	if got := Fill(after, all); got != after {
		t.Errorf("filled again:\n%s", got)
	}
}

func TestReadDamaged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "measures")
	if _, err := Read(file); err == nil {
		t.Error("a missing file was read")
	}
}
