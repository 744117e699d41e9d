package main

import (
	"fmt"
	"os"
	"strings"
)

// report is the table.
type report struct{ rows []row }

// none is the round trip of what does not depend on one.
const none = "-"

// row is one figure. Every field is text for the table.
type row struct {
	what      string // what was measured
	roundTrip string // the link's
	measured  string
	beside    string // what it is compared with; may be empty
	limit     string
	verdict   string
}

func (r *report) add(rows ...row) {
	for _, x := range rows {
		fmt.Fprintf(os.Stderr, "  %s, %s: %s (limit %s): %s\n", x.what, x.roundTrip, x.measured, x.limit, x.verdict)
	}
	r.rows = append(r.rows, rows...)
}

// verdict compares a figure with its limit, in the figure's unit.
func verdict(measured, limit float64, format string) string {
	if measured <= limit {
		return "met"
	}
	return "**unmet by " + fmt.Sprintf(format, measured-limit) + "**"
}

// verdictAtLeast is verdict for a figure that must not be smaller.
func verdictAtLeast(measured, limit float64, format string) string {
	if measured >= limit {
		return "met"
	}
	return "**unmet by " + fmt.Sprintf(format, limit-measured) + "**"
}

func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString("| what | round trip | measured | beside it | limit | |\n|---|---|---|---|---|---|\n")
	for _, x := range r.rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", x.what, x.roundTrip, x.measured, x.beside, x.limit, x.verdict)
	}
	return b.String()
}

const preface = `# Benchmarks

Written by ` + "`make bench`" + `; do not edit. All is measured in one run, side by side, on the site of ` + "`testcluster/`" + `: real slurmctld, slurmd,
sshd and jupyter_server in namespaces of one machine, with the link between laptop and login node delayed. A figure of several runs is
given as *median (worst)* unless it says otherwise. The first, shell Sunpyter is a script of the same steps ([shell.sh](../bench/shell.sh)).

`

// update writes the table to a file.
func (r *report) update(file, machine string) error {
	return os.WriteFile(file, []byte(preface+machine+"\n"+r.markdown()), 0o644)
}
