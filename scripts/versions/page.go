package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const head = `# Versions of Slurm, OpenSSH and Jupyter

` + "`make test`" + ` runs on Debian 12: Slurm 22.05, OpenSSH 9.2, jupyter_server 1.23, ipykernel 6.17 and Python 3.11.
` + "`make versions`" + ` runs the same tests on other releases of Debian and writes this page. For each it makes a root folder
(` + "`scripts/versions/root.sh`" + `), and then counts:

- *demo*: ` + "`make demo`" + ` there;
- *site*: the tests with a site, its login node, controller and compute nodes of that Debian, the laptop of Debian 12;
- *laptop*: the tests of ` + "`ssh -G`" + `, of ssh as the carrier (` + "`ssh = \"system\"`" + `) and of the main job, with a laptop of that
  Debian and a site of Debian 12.

Counted are tests that have no subtests: passed / failed / skipped. Each row is of the commit and the day that it names;
` + "`make versions VERSIONS=trixie`" + ` runs one suite and leaves the rows of the others.

What Slurm prints is also tested with recorded answers of Slurm 20.11.4, 22.05.8, 24.11.5 and 26.05.5
(` + "`slurm/testdata`" + `): of its commands, of its refusals, and of ` + "`sbatch --test-only`" + `, from which start times are estimated
(` + "`TestRecordedEstimates`" + `). All four name the same reasons. With Slurm 24.11 and 26.05, ` + "`--test-only`" + ` does not
check ` + "`AllowGroups`" + `, so Sunpyter does that itself.

`

const tableHead = `| Debian | commit | date | Slurm | OpenSSH | jupyter_server | ipykernel | Python | demo | site | laptop |
|---|---|---|---|---|---|---|---|---|---|---|
`

// page is the document: a table with one row a suite, and a section for each with its failed and skipped tests.
// previous is the document as it was: suites that were not run this time stay as they are there.
func page(previous string, suites []suite) string {
	entries := parsePage(previous)
	for _, s := range suites {
		entries[s.name] = entry{row(s), section(s)}
	}
	var b strings.Builder
	b.WriteString(head + tableHead)
	names := slices.Sorted(maps.Keys(entries))
	for _, name := range names {
		b.WriteString(entries[name].row)
	}
	for _, name := range names {
		b.WriteString("\n" + entries[name].section)
	}
	return b.String()
}

// entry is what the document has of one suite.
type entry struct{ row, section string }

// parsePage returns the entries of a document of this form. Rows without a section are not of this form.
func parsePage(document string) map[string]entry {
	entries := map[string]entry{}
	intro, sections, _ := strings.Cut(document, "\n## ")
	for _, text := range strings.Split(sections, "\n## ") {
		name, _, _ := strings.Cut(text, "\n")
		for line := range strings.Lines(intro) {
			if name != "" && strings.HasPrefix(line, "| "+name+" | ") {
				entries[name] = entry{strings.TrimSpace(line) + "\n", "## " + strings.TrimSpace(text) + "\n"}
			}
		}
	}
	return entries
}

func row(s suite) string {
	demo := "passed"
	if !s.demo {
		demo = "failed"
	}
	line := fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s | %s |", s.name, s.commit, s.date,
		s.packages["slurmctld"], s.packages["openssh-server"], s.packages["jupyter-server"],
		s.packages["python3-ipykernel"], s.packages["python3"], demo)
	for _, run := range s.runs() {
		line += fmt.Sprintf(" %d / %d / %d |", run.tests.passed, len(run.tests.failed), run.tests.count())
	}
	return line + "\n"
}

func section(s suite) string {
	text := fmt.Sprintf("## %s\n\nFailed:", s.name)
	failed := ""
	for _, run := range s.runs() {
		for _, test := range run.tests.failed {
			failed += fmt.Sprintf("- %s: `%s`\n", run.name, test)
		}
	}
	if failed == "" {
		text += " none.\n"
	} else {
		text += "\n\n" + failed
	}
	if skipped := skips(s); skipped != "" {
		text += "\nSkipped:\n\n" + skipped
	}
	return text
}

type testRun struct {
	name  string
	tests tally
}

func (s suite) runs() []testRun { return []testRun{{"site", s.site}, {"laptop", s.laptop}} }

// faultsReason replaces all reasons of tests that `make test` leaves to `make faults`.
const faultsReason = "they take long: `make faults` runs them, on Debian 12"

// skips are the lines of the list of skipped tests, one for each reason.
func skips(s suite) string {
	type line struct{ tests, where map[string]bool }
	lines := map[string]line{}
	for _, run := range s.runs() {
		for reason, tests := range run.tests.skipped {
			if strings.Contains(reason, "SUNPYTER_FAULTS=1") {
				reason = faultsReason
			}
			l, known := lines[reason]
			if !known {
				l = line{map[string]bool{}, map[string]bool{}}
				lines[reason] = l
			}
			l.where[run.name] = true
			for _, test := range tests {
				name, _, _ := strings.Cut(test, "/")
				l.tests["`"+strings.TrimSpace(name)+"`"] = true
			}
		}
	}
	var b strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(lines)) {
		l := lines[reason]
		where := strings.Join(slices.Sorted(maps.Keys(l.where)), ", ")
		names := slices.Sorted(maps.Keys(l.tests))
		if len(names) > 3 {
			names = []string{fmt.Sprintf("%d tests", len(names))}
		}
		fmt.Fprintf(&b, "- %s (%s):\n  %s\n", reason, where, strings.Join(names, ",\n  "))
	}
	return b.String()
}
