package measures

import (
	"path/filepath"
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
	const before = "# Faults\n\n| fault | must | does | measured | test |\n|---|---|---|---|---|\n" +
		"| cut | survives | waits | | `TestCut` |\n| never run | x | y | 7 s | `TestOther`, `TestMore` |\n"
	const after = "# Faults\n\n| fault | must | does | measured | test |\n|---|---|---|---|---|\n" +
		"| cut | survives | waits | long: back after 3 s; pid kept | `TestCut` |\n| never run | x | y | 7 s | `TestOther`, `TestMore` |\n"
	if got := Fill(before, all); got != after {
		t.Errorf("filled:\n%s", got)
	}
}

func TestReadDamaged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "measures")
	if _, err := Read(file); err == nil {
		t.Error("a file that is not there was read")
	}
}
