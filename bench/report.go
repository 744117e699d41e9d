package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/sa2c/sunpyter/internal/markdown"
)

// report is a list of figures.
type report struct{ rows []row }

// notApplicable is the round trip of what does not depend on one.
const notApplicable = "-"

// row is one figure. Every field is text for the page.
type row struct {
	what       string // what was measured
	roundTrip  string // the link's
	measured   string
	comparison string // what it is compared with; may be empty
	limit      string
	verdict    string
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

func (r *report) list() string {
	var b strings.Builder
	for _, x := range r.rows {
		at := ""
		if x.roundTrip != notApplicable {
			at = ", round trip " + x.roundTrip
		}
		text := fmt.Sprintf("%s%s: **%s**; limit %s: %s.", strings.ToUpper(x.what[:1])+x.what[1:], at, x.measured, x.limit, x.verdict)
		if x.comparison != "" {
			text += " Comparison: " + x.comparison + "."
		}
		b.WriteString(markdown.Item(text))
	}
	return b.String()
}

const title = "# Benchmarks\n\n"

const preface = "Written by `make bench`; do not edit. Everything is measured in one run, side by side, on the site of `testcluster/`: " +
	"real slurmctld, slurmd, sshd and jupyter_server in namespaces of one machine, with a delayed link between laptop and login node. " +
	"A figure of several runs is the *median (worst)* unless it says otherwise. The shell Sunpyter, the first version, " +
	"is a script of the same steps ([shell.sh](../bench/shell.sh))."

// update writes the page to a file.
func (r *report) update(file, machine string) error {
	page := title + markdown.Paragraph(preface, "", "") + "\n" + markdown.Paragraph(machine, "", "") + "\n" + r.list()
	return os.WriteFile(file, []byte(page), 0o644)
}
