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

Counted are tests that have no subtests: passed / failed / skipped.

`

func page(suites []suite) string {
	var b strings.Builder
	b.WriteString(head + table(suites))
	b.WriteString("\n## Failed\n\n")
	failed := ""
	for _, s := range suites {
		for _, run := range s.runs() {
			for _, test := range run.tests.failed {
				failed += fmt.Sprintf("- %s, %s: `%s`\n", s.name, run.name, test)
			}
		}
	}
	if failed == "" {
		failed = "None.\n"
	}
	b.WriteString(failed)
	b.WriteString("\n## Skipped\n\n")
	b.WriteString(skips(suites))
	return b.String()
}

func table(suites []suite) string {
	var b strings.Builder
	b.WriteString("| Debian | date | Slurm | OpenSSH | jupyter_server | ipykernel | Python | demo | site | laptop |\n" +
		"|---|---|---|---|---|---|---|---|---|---|\n")
	for _, s := range suites {
		demo := "passed"
		if !s.demo {
			demo = "failed"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |", s.name, s.date, s.packages["slurmctld"], s.packages["openssh-server"],
			s.packages["jupyter-server"], s.packages["python3-ipykernel"], s.packages["python3"], demo)
		for _, run := range s.runs() {
			fmt.Fprintf(&b, " %d / %d / %d |", run.tests.passed, len(run.tests.failed), run.tests.count())
		}
		b.WriteString("\n")
	}
	return b.String()
}

type testRun struct {
	name  string
	tests tally
}

func (s suite) runs() []testRun { return []testRun{{"site", s.site}, {"laptop", s.laptop}} }

// faultsReason replaces all reasons of tests that `make test` leaves to `make faults`.
const faultsReason = "they take long: `make faults` runs them, on Debian 12"

// skips are the lines of the list of skipped tests, one for each reason.
func skips(suites []suite) string {
	type line struct{ tests, where map[string]bool }
	lines := map[string]line{}
	for _, s := range suites {
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
				l.where[s.name+" "+run.name] = true
				for _, test := range tests {
					name, _, _ := strings.Cut(test, "/")
					l.tests["`"+strings.TrimSpace(name)+"`"] = true
				}
			}
		}
	}
	var b strings.Builder
	for _, reason := range slices.Sorted(maps.Keys(lines)) {
		l := lines[reason]
		where := strings.Join(slices.Sorted(maps.Keys(l.where)), ", ")
		if len(l.where) == 2*len(suites) {
			where = "everywhere"
		}
		names := slices.Sorted(maps.Keys(l.tests))
		if len(names) > 3 {
			names = []string{fmt.Sprintf("%d tests", len(names))}
		}
		fmt.Fprintf(&b, "- %s (%s):\n  %s\n", reason, where, strings.Join(names, ",\n  "))
	}
	return b.String()
}
