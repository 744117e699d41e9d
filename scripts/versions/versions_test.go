package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testOutput = `{"Action":"start","Package":"x/e2e"}
{"Action":"pass","Package":"x/e2e","Test":"TestA/b"}
{"Action":"output","Package":"x/e2e","Test":"TestA/c","Output":"    a_test.go:3: no GSSAPI\n"}
{"Action":"output","Package":"x/e2e","Test":"TestA/c","Output":"--- SKIP: TestA/c (0.00s)\n"}
{"Action":"skip","Package":"x/e2e","Test":"TestA/c"}
{"Action":"fail","Package":"x/e2e","Test":"TestA/d"}
{"Action":"fail","Package":"x/e2e","Test":"TestA"}
{"Action":"pass","Package":"x/e2e","Test":"TestB"}
{"Action":"fail","Package":"x/e2e"}
{"Action":"pass","Package":"x/e2e","Test":"TestC/e"}
{"Action":"fail","Package":"x/e2e","Test":"TestC"}
{"Action":"fail","Package":"x/broken"}
{"Action":"pass","Package":"x/leak","Test":"TestD"}
{"Action":"fail","Package":"x/leak"}
`

// results writes what run.sh writes for a suite.
func results(t *testing.T, folder, suite string) {
	folder = filepath.Join(folder, suite)
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"date.txt": "2026-11-28\n", "commit.txt": "2208c21\n", "demo.txt": "released: job 1\nexit 0\n",
		"site.json": testOutput, "laptop.json": `{"Action":"pass","Package":"x/e2e","Test":"TestB"}` + "\n",
		"packages.txt": "slurmctld 24.11.5-4\nopenssh-server 1:10.0p1-7+deb13u4\njupyter-server 2.15.0-1\npython3-ipykernel 6.29.5-2\npython3 3.13.5-1\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func update(t *testing.T, document, folder string) string {
	if err := run(document, folder); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPage(t *testing.T) {
	folder, document := t.TempDir(), filepath.Join(t.TempDir(), "versions.md")
	results(t, folder, "trixie")
	text := update(t, document, folder)
	for _, want := range []string{
		"| trixie | 2208c21 | 2026-11-28 | 24.11.5 | 10.0p1 | 2.15.0 | 6.29.5 | 3.13.5 | passed | 4 / 4 / 1 | 1 / 0 / 0 |\n",
		"## trixie\n\nFailed:\n\n- site: `broken`\n- site: `e2e TestA/d`\n- site: `e2e TestC`\n- site: `leak`\n",
		"\nSkipped:\n\n- no GSSAPI (site):\n  `e2e TestA`\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestPageKeepsSuitesThatWereNotRun(t *testing.T) {
	document := filepath.Join(t.TempDir(), "versions.md")
	first, second := t.TempDir(), t.TempDir()
	results(t, first, "trixie")
	results(t, first, "sid")
	before := update(t, document, first)

	results(t, second, "sid")
	for name, content := range map[string]string{"date.txt": "2026-12-01", "site.json": "", "commit.txt": "0e4f1f1"} {
		if err := os.WriteFile(filepath.Join(second, "sid", name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	after := update(t, document, second)
	wantSid := entry{
		"| sid | 0e4f1f1 | 2026-12-01 | 24.11.5 | 10.0p1 | 2.15.0 | 6.29.5 | 3.13.5 | passed | 0 / 0 / 0 | 1 / 0 / 0 |\n",
		"## sid\n\nFailed: none.\n",
	}
	want := map[string]entry{"trixie": parsePage(before)["trixie"], "sid": wantSid}
	if got := parsePage(after); !maps.Equal(got, want) || want["trixie"].section == "" {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if again := update(t, document, second); again != after {
		t.Errorf("a second update changes the page:\n%s", again)
	}
}

// TestPageNamesRecordedVersions: of Slurm's answers to --test-only.
func TestPageNamesRecordedVersions(t *testing.T) {
	recorded, err := filepath.Glob("../../slurm/testdata/*/test-only-now.txt")
	if err != nil || len(recorded) == 0 {
		t.Fatal("no recorded answers", err)
	}
	for _, file := range recorded {
		if version := filepath.Base(filepath.Dir(file)); !strings.Contains(head, version) {
			t.Errorf("the page does not name the recorded Slurm %s", version)
		}
	}
}

func TestNoResults(t *testing.T) {
	if err := run("", t.TempDir()); err == nil {
		t.Error("no results, and no error")
	}
}

func TestUpstream(t *testing.T) {
	for in, want := range map[string]string{"1:10.0p1-7+deb13u4": "10.0p1", "20.11.7+really20.11.4-2+deb11u1": "20.11.4", "3.9.2-3": "3.9.2", "2.20.0": "2.20.0"} {
		if got := upstream(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
