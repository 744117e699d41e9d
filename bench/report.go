package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/sa2c/sunpyter/internal/markdown"
)

// report is the list of figures for the page.
type report struct{ list strings.Builder }

// row is one figure with its limit.
type row struct {
	what          string  // was measured
	roundTrip     string  // of the link; "" where it does not matter
	figure, limit float64 // in the same unit
	format        string  // of both, with the unit, as "%.2f s"
	least         bool    // the figure must not be less than the limit, instead of more
	measured      string  // the figure's text, where it says more
	bound         string  // likewise the limit's
	comparison    string  // what it is compared with; may be empty
}

// verdict compares the figure with its limit.
func (x row) verdict() string {
	over := x.figure - x.limit
	if x.least {
		over = -over
	}
	if over <= 0 {
		return "met"
	}
	return "**unmet by " + fmt.Sprintf(x.format, over) + "**"
}

// String returns the row as it stands on the page.
func (x row) String() string {
	text := strings.ToUpper(x.what[:1]) + x.what[1:]
	if x.roundTrip != "" {
		text += ", round trip " + x.roundTrip
	}
	text += fmt.Sprintf(": **%s**; limit %s: %s.", cmp.Or(x.measured, fmt.Sprintf(x.format, x.figure)),
		cmp.Or(x.bound, fmt.Sprintf(x.format, x.limit)), x.verdict())
	if x.comparison != "" {
		text += " Comparison: " + x.comparison + "."
	}
	return text
}

func (r *report) add(x row) {
	fmt.Fprintln(os.Stderr, " ", x)
	r.list.WriteString(markdown.Item(x.String()))
}

// seconds adds the row of a sample whose median has a limit.
func (r *report) seconds(what string, delay time.Duration, s sample, limit time.Duration, comparison string) {
	r.add(row{
		what: what, roundTrip: roundTrip(delay), figure: s.median().Seconds(), limit: limit.Seconds(), format: "%.2f s",
		measured: s.String(), comparison: comparison,
	})
}

// milliseconds adds the row of a short time.
func (r *report) milliseconds(what string, delay, took, limit time.Duration, comparison string) {
	r.add(row{
		what: what, roundTrip: roundTrip(delay), figure: milliseconds(took), limit: milliseconds(limit), format: "%.1f ms",
		comparison: comparison,
	})
}

// share adds the row of a rate in MB/s that must be a share of another program's.
func (r *report) share(what string, delay time.Duration, rate float64, program string, theirs, least float64) {
	r.add(row{
		what: what, roundTrip: roundTrip(delay), figure: rate / theirs, limit: least, format: "%.2f times", least: true,
		measured:   fmt.Sprintf("%.0f MB/s", rate),
		comparison: fmt.Sprintf("%s %.0f MB/s: %.2f times that", program, theirs, rate/theirs),
	})
}

const title = "# Benchmarks\n\n"

const preface = "Written by `make bench`; do not edit. Everything is measured in one run, side by side, on the site of `testcluster/`: " +
	"real slurmctld, slurmd, sshd and jupyter_server in namespaces of one machine, with a delayed link between laptop and login node. " +
	"A figure of several runs is the *median (worst)* unless it says otherwise. The shell Sunpyter, the first version, " +
	"is a script of the same steps ([shell.sh](../bench/shell.sh))."

// update writes the page to a file.
func (r *report) update(file, machine string) error {
	page := title + markdown.Paragraph(preface, "", "") + "\n" + markdown.Paragraph(machine, "", "") + "\n" + r.list.String()
	return os.WriteFile(file, []byte(page), 0o644)
}
